using System.Globalization;
using System.Text;
using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Spawning;

namespace IronCage.Sandbox.Supervising.Changes;

/// <summary>The file that a call names, as a descriptor of our own.</summary>
/// <param name="Descriptor">For naming it (O_PATH); the caller closes it.</param>
/// <param name="Errno">Why there is none; 0 when there is.</param>
internal readonly unsafe record struct ChangeTarget(int Descriptor, int Errno)
{
    private static ReadOnlySpan<byte> OwnDescriptors => "/proc/self/fd/"u8;

    public static ChangeTarget Failed(int errno) => new(-1, errno);

    /// <summary>What a descriptor of the caller is open on.</summary>
    public static ChangeTarget OfDescriptor(int pid, int descriptor) => descriptor == -100
        ? Open($"/proc/{Number(pid)}/cwd")
        : descriptor < 0 ? Failed(Errors.BadDescriptor) : Open($"/proc/{Number(pid)}/fd/{Number(descriptor)}");

    /// <summary>What a path of the caller leads to, from its own working directory or descriptor.</summary>
    public static ChangeTarget OfPath(int pid, int directory, ulong address, int flags)
    {
        var path = CallerMemory.Path(pid, address);
        if (path is null)
            return Failed(Errors.BadAddress);
        if (path.Length == 0)
            return FileChangeCall.AllowsEmpty(flags) ? OfDescriptor(pid, directory) : Failed(Errors.NotFound);
        // How libc changes what it has only a descriptor of: "self" would be us.
        if (path.AsSpan().StartsWith(OwnDescriptors) && int.TryParse(path.AsSpan(OwnDescriptors.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return OfDescriptor(pid, number);
        var from = -100;
        if (path[0] != (byte)'/')
        {
            var start = OfDescriptor(pid, directory);
            if (start.Errno != 0)
                return start;
            from = start.Descriptor;
        }
        var how = new OpenHow
        {
            Flags = (ulong)(Files.PathOnly | Files.CloseOnExec | (FileChangeCall.Follows(flags) ? 0 : Files.NoFollow)),
            Resolve = OpenHow.NoMagicLinks,
        };
        int opened, errno;
        fixed (byte* name = (byte[])[.. path, 0])
        {
            opened = (int)Libc.Syscall(SystemCalls.OpenAt2, from, (nint)name, (nint)(&how), sizeof(OpenHow));
            errno = Libc.Errno;
        }
        if (from >= 0)
            _ = Libc.Close(from);
        return opened < 0 ? Failed(errno) : new ChangeTarget(opened, 0);
    }

    /// <summary>Where it is now; null when that cannot be told.</summary>
    public string? RealPath
    {
        get
        {
            try
            {
                return new FileInfo($"/proc/self/fd/{Number(Descriptor)}").LinkTarget;
            }
            catch (IOException)
            {
                return null;
            }
        }
    }

    private static ChangeTarget Open(string link)
    {
        fixed (byte* name = Encoding.ASCII.GetBytes(link + "\0"))
        {
            var opened = Libc.Open(name, Files.PathOnly | Files.CloseOnExec);
            return opened < 0 ? Failed(Libc.Errno == Errors.NotFound ? Errors.BadDescriptor : Libc.Errno) : new ChangeTarget(opened, 0);
        }
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
