using System.Runtime.InteropServices;

namespace IronCage.Sandbox.Spawning;

/// <summary>Numbers of the system calls that the live half makes itself, by architecture (asm/unistd_64.h, asm-generic/unistd.h).</summary>
internal static class SystemCalls
{
    private static readonly bool s_arm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    public static readonly int CapSet = s_arm ? 91 : 126;
    public static readonly int CapGet = s_arm ? 90 : 125;
    public static readonly int KeyControl = s_arm ? 219 : 250;
    public static readonly int Seccomp = s_arm ? 277 : 317;
    public static readonly int Execve = s_arm ? 221 : 59;
    public static readonly int ExecveAt = s_arm ? 281 : 322;
    public static readonly int TgKill = s_arm ? 131 : 234;
    public static readonly int Clone = s_arm ? 220 : 56;
    /// <summary>Not on arm64.</summary>
    public static readonly int Fork = s_arm ? -1 : 57;
    /// <summary>Not on arm64.</summary>
    public static readonly int VFork = s_arm ? -1 : 58;

    public const int PidFdSendSignal = 424;
    public const int PidFdOpen = 434;
    public const int CloseRange = 436;
    public const int OpenAt2 = 437;
    public const int LandlockCreateRuleset = 444;
    public const int LandlockAddRule = 445;
    public const int LandlockRestrictSelf = 446;
}
