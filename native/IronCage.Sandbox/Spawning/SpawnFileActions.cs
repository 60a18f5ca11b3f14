using System.Runtime.InteropServices;

namespace IronCage.Sandbox.Spawning;

/// <summary>Room for glibc's <c>posix_spawn_file_actions_t</c> (80 bytes on 64 bits, bits/types and spawn.h of glibc 2.34).</summary>
[StructLayout(LayoutKind.Sequential, Size = 128)]
internal struct SpawnFileActions
{
    public nint First;
}
