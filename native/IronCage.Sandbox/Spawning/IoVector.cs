using System.Runtime.InteropServices;

namespace IronCage.Sandbox.Spawning;

/// <summary><c>struct iovec</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct IoVector
{
    public void* Base;
    public nuint Length;
}
