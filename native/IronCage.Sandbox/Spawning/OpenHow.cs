using System.Runtime.InteropServices;

namespace IronCage.Sandbox.Spawning;

/// <summary><c>struct open_how</c> (openat2(2)).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct OpenHow
{
    public const ulong NoMagicLinks = 0x02;
    public const ulong NoSymlinks = 0x04;
    public const ulong Beneath = 0x08;

    public ulong Flags;
    public ulong Mode;
    public ulong Resolve;
}
