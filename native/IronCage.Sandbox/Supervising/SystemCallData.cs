using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace IronCage.Sandbox.Supervising;

/// <summary><c>struct seccomp_data</c>: what a filter sees of a system call.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SystemCallData
{
    public int Number;
    public uint Architecture;
    public ulong InstructionPointer;
    public CallArguments Arguments;

    /// <summary>Its six arguments.</summary>
    [InlineArray(6)]
    public struct CallArguments
    {
        private ulong _first;
    }
}
