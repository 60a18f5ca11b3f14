using System.Runtime.InteropServices;

namespace IronCage.Sandbox.Seccomp;

/// <summary>One instruction of classic BPF, laid out as struct sock_filter.</summary>
/// <param name="Code">What it does.</param>
/// <param name="Jt">Instructions to skip where a comparison holds.</param>
/// <param name="Jf">Instructions to skip where it does not.</param>
/// <param name="K">Its operand.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct BpfInstruction(ushort Code, byte Jt, byte Jf, uint K);
