using System.Globalization;
using System.Text;
using IronCage.Sandbox.Spawning;

namespace IronCage.Sandbox.Supervising.Changes;

/// <summary>A change to a file, read from the arguments of a call.</summary>
internal abstract unsafe record FileChange
{
    private const int LongestName = 256, LongestValue = 65536;

    /// <summary>Makes it to a file that is open for naming only. errno, 0 when done.</summary>
    public abstract int Apply(int descriptor);

    /// <summary>What a call asks for; null when its arguments cannot be read.</summary>
    public static FileChange? Read(string name, in Notification notification)
    {
        var pid = notification.Pid;
        var a = notification.Call.Arguments;
        return name switch
        {
            "chmod" or "fchmod" => new Mode((uint)a[1]),
            "fchmodat" or "fchmodat2" => new Mode((uint)a[2]),
            "chown" or "lchown" or "fchown" => new Owner((uint)a[1], (uint)a[2]),
            "fchownat" => new Owner((uint)a[2], (uint)a[3]),
            "utime" => Times.OfSeconds(pid, a[1]),
            "utimes" => Times.OfMicroseconds(pid, a[1]),
            "futimesat" => Times.OfMicroseconds(pid, a[2]),
            "utimensat" => Times.OfNanoseconds(pid, a[2]),
            "setxattr" or "lsetxattr" or "fsetxattr" => ReadAttribute(pid, a[1], a[2], a[3], (int)a[4]),
            "setxattrat" => ReadAttribute(pid, a[3], a[4], a[5]),
            "removexattr" or "lremovexattr" or "fremovexattr" => ReadAttribute(pid, a[1]),
            "removexattrat" => ReadAttribute(pid, a[3]),
            _ => null,
        };
    }

    private static RemovedAttribute? ReadAttribute(int pid, ulong name) => CallerMemory.Path(pid, name) is { Length: > 0 and < LongestName } read ? new RemovedAttribute([.. read, 0]) : null;

    private static SetAttribute? ReadAttribute(int pid, ulong name, ulong value, ulong size, int flags)
    {
        if (size > LongestValue || CallerMemory.Path(pid, name) is not { Length: > 0 and < LongestName } read)
            return null;
        var bytes = new byte[size];
        return CallerMemory.TryRead(pid, value, bytes) ? new SetAttribute([.. read, 0], bytes, flags) : null;
    }

    /// <summary>struct xattr_args: value, size, flags.</summary>
    private static SetAttribute? ReadAttribute(int pid, ulong name, ulong arguments, ulong size)
    {
        var bytes = new byte[16];
        return size >= 16 && CallerMemory.TryRead(pid, arguments, bytes)
            ? ReadAttribute(pid, name, BitConverter.ToUInt64(bytes), BitConverter.ToUInt32(bytes, 8), BitConverter.ToInt32(bytes, 12))
            : null;
    }

    private static byte[] Link(int descriptor) => Encoding.ASCII.GetBytes("/proc/self/fd/" + descriptor.ToString(CultureInfo.InvariantCulture) + "\0");

    private static int Result(int returned) => returned == 0 ? 0 : Libc.Errno;

    private sealed record Mode(uint Bits) : FileChange
    {
        public override int Apply(int descriptor)
        {
            fixed (byte* path = Link(descriptor))
                return Result(Libc.ChangeMode(path, Bits));
        }
    }

    private sealed record Owner(uint User, uint Group) : FileChange
    {
        private const int EmptyPath = 0x1000;

        public override int Apply(int descriptor)
        {
            byte empty = 0;
            return Result(Libc.ChangeOwnerAt(descriptor, &empty, User, Group, EmptyPath));
        }
    }

    private sealed record Times(long[]? Values) : FileChange
    {
        public static Times? OfSeconds(int pid, ulong address) => Read(pid, address, 2, values => [values[0], 0, values[1], 0]);

        public static Times? OfMicroseconds(int pid, ulong address) => Read(pid, address, 4, values => [values[0], values[1] * 1000, values[2], values[3] * 1000]);

        public static Times? OfNanoseconds(int pid, ulong address) => Read(pid, address, 4, values => values);

        private static Times? Read(int pid, ulong address, int count, Func<long[], long[]> convert)
        {
            if (address == 0)
                return new Times(Values: null);
            var bytes = new byte[8 * count];
            if (!CallerMemory.TryRead(pid, address, bytes))
                return null;
            var values = new long[count];
            Buffer.BlockCopy(bytes, 0, values, 0, bytes.Length);
            return new Times(convert(values));
        }

        public override int Apply(int descriptor)
        {
            fixed (byte* path = Link(descriptor))
            fixed (long* values = Values)
                return Result(Libc.ChangeTimesAt(-100, path, values, 0));
        }
    }

    private sealed record SetAttribute(byte[] Name, byte[] Value, int Flags) : FileChange
    {
        public override int Apply(int descriptor)
        {
            fixed (byte* path = Link(descriptor), name = Name, value = Value)
                return Result(Libc.SetAttribute(path, name, value, (nuint)Value.Length, Flags));
        }
    }

    private sealed record RemovedAttribute(byte[] Name) : FileChange
    {
        public override int Apply(int descriptor)
        {
            fixed (byte* path = Link(descriptor), name = Name)
                return Result(Libc.RemoveAttribute(path, name));
        }
    }
}
