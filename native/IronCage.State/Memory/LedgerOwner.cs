using System.Runtime.InteropServices;

namespace IronCage.State;

/// <summary>A process that has holds in an account, and their sum in picodollars. Empty when the mark's id is 0.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LedgerOwner
{
    public ProcessMark Process;
    public long Held;
}
