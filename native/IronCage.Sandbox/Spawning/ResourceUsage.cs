using System.Runtime.InteropServices;

namespace IronCage.Sandbox.Spawning;

/// <summary><c>struct rusage</c> on 64 bits.</summary>
[StructLayout(LayoutKind.Sequential, Size = 144)]
internal struct ResourceUsage
{
    public long UserSeconds;
    public long UserMicroseconds;
    public long SystemSeconds;
    public long SystemMicroseconds;
    public long MaxResidentKilobytes;

    public readonly double User => UserSeconds + UserMicroseconds / 1e6;

    public readonly double System => SystemSeconds + SystemMicroseconds / 1e6;
}
