namespace IronCage.Sandbox.Kernel;

/// <summary>An architecture that filters can be compiled for, with its AUDIT_ARCH value (include/uapi/linux/audit.h).</summary>
public enum CpuArchitecture : uint
{
    /// <summary>x86-64.</summary>
    X64 = 0xC000003E,
    /// <summary>arm64.</summary>
    Arm64 = 0xC00000B7,
}
