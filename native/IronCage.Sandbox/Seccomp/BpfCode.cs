namespace IronCage.Sandbox.Seccomp;

/// <summary>The instructions of classic BPF that filters use (include/uapi/linux/bpf_common.h), and where the parts of struct seccomp_data lie.</summary>
internal static class BpfCode
{
    public const ushort LoadWord = 0x20;
    public const ushort And = 0x54;
    public const ushort Jump = 0x05;
    public const ushort JumpIfEqual = 0x15;
    public const ushort JumpIfAtLeast = 0x35;
    public const ushort Return = 0x06;

    public const uint NumberOffset = 0;
    public const uint ArchitectureOffset = 4;
    public const uint ArgumentsOffset = 16;

    public const uint ReturnKillProcess = 0x8000_0000;
    public const uint ReturnErrno = 0x0005_0000;
    public const uint ReturnNotify = 0x7FC0_0000;
    public const uint ReturnAllow = 0x7FFF_0000;

    /// <summary>The bit that calls of x32 carry on x86-64.</summary>
    public const uint X32Bit = 0x4000_0000;

    /// <summary>The most instructions of a filter (BPF_MAXINSNS).</summary>
    public const int MaximumLength = 4096;
}
