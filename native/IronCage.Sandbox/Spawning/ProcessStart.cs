namespace IronCage.Sandbox.Spawning;

/// <summary>
/// A posix_spawn that is made ready beforehand, so that a thread can carry it out after it has restricted itself: without an allocation, in a session of its own, with the signals as a new
/// process has them, with these descriptors and no other.
/// </summary>
internal sealed unsafe class ProcessStart : IDisposable
{
    private readonly NativeStrings _path;
    private readonly NativeStrings _directory;
    private readonly NativeStrings _arguments;
    private readonly NativeStrings _environment;
    private SpawnFileActions _actions;
    private SpawnAttributes _attributes;

    /// <param name="path">The program, NUL-terminated.</param>
    /// <param name="arguments">Strings, each ended by a NUL.</param>
    /// <param name="environment">Strings, each ended by a NUL.</param>
    /// <param name="directory">The working directory, NUL-terminated; empty for that of the caller.</param>
    /// <param name="descriptors">What the child has as 0, 1, 2 and so on. Those of the extra ones must be beyond their number.</param>
    /// <param name="blocked">Signals that are blocked in the child.</param>
    public ProcessStart(ReadOnlySpan<byte> path, ReadOnlySpan<byte> arguments, ReadOnlySpan<byte> environment, ReadOnlySpan<byte> directory, ReadOnlySpan<int> descriptors, SignalSet blocked = default)
    {
        _path = new NativeStrings(path);
        _directory = new NativeStrings(directory);
        _arguments = new NativeStrings(arguments);
        _environment = new NativeStrings(environment);
        fixed (SpawnFileActions* actions = &_actions)
        fixed (SpawnAttributes* attributes = &_attributes)
        {
            Check(Libc.FileActionsInit(actions), "posix_spawn_file_actions_init");
            for (var i = 0; i < descriptors.Length; i++)
                Check(Libc.FileActionsDup2(actions, descriptors[i], i), "posix_spawn_file_actions_adddup2");
            Check(Libc.FileActionsCloseFrom(actions, descriptors.Length), "posix_spawn_file_actions_addclosefrom_np");
            if (_directory.Count > 0)
                Check(Libc.FileActionsChangeDirectory(actions, _directory.Pointers[0]), "posix_spawn_file_actions_addchdir_np");
            Check(Libc.SpawnAttributesInit(attributes), "posix_spawnattr_init");
            Check(Libc.SpawnAttributesSetFlags(attributes, SpawnAttributes.SetSession | SpawnAttributes.SetSignalMask | SpawnAttributes.SetSignalDefault), "posix_spawnattr_setflags");
            var all = SignalSet.All;
            Check(Libc.SpawnAttributesSetMask(attributes, &blocked), "posix_spawnattr_setsigmask");
            Check(Libc.SpawnAttributesSetDefault(attributes, &all), "posix_spawnattr_setsigdefault");
        }
    }

    /// <summary>Starts it. errno of the step that failed, 0 when it runs.</summary>
    /// <param name="pid">Its number.</param>
    public int Run(out int pid)
    {
        fixed (int* result = &pid)
        fixed (SpawnFileActions* actions = &_actions)
        fixed (SpawnAttributes* attributes = &_attributes)
            return Libc.PosixSpawn(result, _path.Pointers[0], actions, attributes, _arguments.Pointers, _environment.Pointers);
    }

    public void Dispose()
    {
        fixed (SpawnFileActions* actions = &_actions)
        fixed (SpawnAttributes* attributes = &_attributes)
        {
            _ = Libc.FileActionsDestroy(actions);
            _ = Libc.SpawnAttributesDestroy(attributes);
        }
        _path.Dispose();
        _directory.Dispose();
        _arguments.Dispose();
        _environment.Dispose();
    }

    private static void Check(int errno, string step)
    {
        if (errno != 0)
            throw new KernelException(step, errno);
    }
}
