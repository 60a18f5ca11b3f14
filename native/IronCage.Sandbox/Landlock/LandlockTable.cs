namespace IronCage.Sandbox.Landlock;

/// <summary>The rights of each ABI, and what kinds of grants are made of.</summary>
public static class LandlockTable
{
    /// <summary>The newest ABI that the table knows.</summary>
    public const int NewestAbi = 10;

    /// <summary>Rights that a file can have; any other right on a file is EINVAL.</summary>
    public const FsRights FileRights = FsRights.Execute | FsRights.WriteFile | FsRights.ReadFile | FsRights.Truncate | FsRights.DeviceCommands | FsRights.ResolveUnix;

    /// <summary>Reading files and listing directories.</summary>
    public const FsRights ReadOnly = FsRights.ReadFile | FsRights.ReadDirectory;

    /// <summary>Reading and everything that changes a tree, but for devices and execution.</summary>
    public const FsRights ReadWrite = ReadOnly | FsRights.WriteFile | FsRights.Truncate | FsRights.RemoveDirectory | FsRights.RemoveFile | FsRights.MakeDirectory
        | FsRights.MakeRegularFile | FsRights.MakeSocket | FsRights.MakePipe | FsRights.MakeSymbolicLink | FsRights.Refer;

    /// <summary>Rights on files that an ABI has, from 0 (no Landlock) to <see cref="NewestAbi"/>; a newer one has at least those of the newest.</summary>
    public static FsRights FsOf(int abi) => abi switch
    {
        <= 0 => FsRights.None,
        1 => (FsRights)0x1FFF,
        2 => (FsRights)0x3FFF,
        3 or 4 => (FsRights)0x7FFF,
        <= 8 => (FsRights)0xFFFF,
        _ => (FsRights)0x1FFFF,
    };

    /// <summary>Rights on ports that an ABI has.</summary>
    public static NetRights NetOf(int abi) => abi switch
    {
        < 4 => NetRights.None,
        < 10 => NetRights.BindTcp | NetRights.ConnectTcp,
        _ => NetRights.BindTcp | NetRights.ConnectTcp | NetRights.BindUdp | NetRights.ConnectSendUdp,
    };

    /// <summary>Scopes that an ABI has.</summary>
    public static Scopes ScopesOf(int abi) => abi < 6 ? Scopes.None : Scopes.AbstractUnixSocket | Scopes.Signal;

    /// <summary>Flags of landlock_restrict_self that an ABI has.</summary>
    public static RestrictFlags RestrictFlagsOf(int abi) => abi switch
    {
        < 7 => RestrictFlags.None,
        7 => RestrictFlags.LogSameExecOff | RestrictFlags.LogNewExecOn | RestrictFlags.LogSubdomainsOff,
        _ => RestrictFlags.LogSameExecOff | RestrictFlags.LogNewExecOn | RestrictFlags.LogSubdomainsOff | RestrictFlags.ThreadSync,
    };
}
