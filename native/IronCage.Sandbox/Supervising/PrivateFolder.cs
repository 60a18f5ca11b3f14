using System.Runtime.InteropServices;
using System.Text;
using IronCage.Sandbox.Spawning;

namespace IronCage.Sandbox.Supervising;

/// <summary>The folder of a tree that is its HOME and TMPDIR.</summary>
internal static unsafe class PrivateFolder
{
    /// <summary>Makes one below a folder, for this user alone.</summary>
    /// <exception cref="KernelException">It cannot be made.</exception>
    public static string Make(string below)
    {
        fixed (byte* template = Encoding.UTF8.GetBytes(Path.Join(below, "iron-sandbox-XXXXXX") + "\0"))
        {
            return Libc.MakeTemporaryDirectory(template) is null
                ? throw new KernelException($"a private folder in {below}", Libc.Errno)
                : Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(template));
        }
    }

    /// <summary>Removes it with all that is in it. Nothing of its tree runs any more; links are removed, not followed.</summary>
    public static void Remove(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Open(path);
            try
            {
                Directory.Delete(path, recursive: true);
            }
            catch (Exception again) when (again is IOException or UnauthorizedAccessException)
            {
                // What even its owner cannot remove (an immutable file, a mount) stays.
            }
        }
    }

    /// <summary>Folders that their owner made unreadable are made readable.</summary>
    private static void Open(string path)
    {
        try
        {
            fixed (byte* name = NativeText.Of(path))
                _ = Libc.ChangeMode(name, 0x1C0);
            foreach (var folder in new DirectoryInfo(path).EnumerateDirectories())
            {
                if (folder.LinkTarget is null)
                    Open(folder.FullName);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // As far as it goes.
        }
    }
}
