using System.Runtime.InteropServices;

namespace IronCage.Sandbox.Spawning;

/// <summary>The kernel's <c>struct msghdr</c> on 64 bits.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MessageHeader
{
    public void* Name;
    public uint NameLength;
    public IoVector* Vectors;
    public nuint VectorCount;
    public byte* Control;
    public nuint ControlLength;
    public int Flags;
}
