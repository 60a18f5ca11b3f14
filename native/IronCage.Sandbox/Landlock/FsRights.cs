namespace IronCage.Sandbox.Landlock;

/// <summary>Rights on files (include/uapi/linux/landlock.h, LANDLOCK_ACCESS_FS_*).</summary>
[Flags]
public enum FsRights : ulong
{
    /// <summary>None.</summary>
    None = 0,
    /// <summary>Execute a file.</summary>
    Execute = 1UL << 0,
    /// <summary>Open a file for writing.</summary>
    WriteFile = 1UL << 1,
    /// <summary>Open a file for reading.</summary>
    ReadFile = 1UL << 2,
    /// <summary>Open a directory or list it.</summary>
    ReadDirectory = 1UL << 3,
    /// <summary>Remove or rename an empty directory.</summary>
    RemoveDirectory = 1UL << 4,
    /// <summary>Remove or rename a file.</summary>
    RemoveFile = 1UL << 5,
    /// <summary>Make a character device.</summary>
    MakeCharacterDevice = 1UL << 6,
    /// <summary>Make a directory.</summary>
    MakeDirectory = 1UL << 7,
    /// <summary>Make a regular file.</summary>
    MakeRegularFile = 1UL << 8,
    /// <summary>Make a UNIX socket.</summary>
    MakeSocket = 1UL << 9,
    /// <summary>Make a named pipe.</summary>
    MakePipe = 1UL << 10,
    /// <summary>Make a block device.</summary>
    MakeBlockDevice = 1UL << 11,
    /// <summary>Make a symbolic link.</summary>
    MakeSymbolicLink = 1UL << 12,
    /// <summary>Rename or link from or to another directory (ABI 2). Before it, that is always denied.</summary>
    Refer = 1UL << 13,
    /// <summary>Truncate a file (ABI 3).</summary>
    Truncate = 1UL << 14,
    /// <summary>Commands to devices (ABI 5).</summary>
    DeviceCommands = 1UL << 15,
    /// <summary>Connect to a UNIX socket by its path (ABI 9).</summary>
    ResolveUnix = 1UL << 16,
}
