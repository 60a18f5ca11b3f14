using System.Runtime.InteropServices;

namespace IronCage.Sandbox.Spawning;

/// <summary>Room for glibc's <c>posix_spawnattr_t</c> (336 bytes on 64 bits, spawn.h of glibc 2.34).</summary>
[StructLayout(LayoutKind.Sequential, Size = 512)]
internal struct SpawnAttributes
{
    public const short SetSignalDefault = 0x04;
    public const short SetSignalMask = 0x08;
    public const short SetSession = 0x80;

    public nint First;
}
