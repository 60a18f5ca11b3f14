using System.Collections.Immutable;
using IronCage.Sandbox.Landlock;

namespace IronCage.Sandbox.Policy;

/// <summary>Collects what a policy grants on the disk, and refuses what contradicts itself.</summary>
internal sealed class PathGrants(SandboxPolicy policy, HostFacts host, IPathProbe paths)
{
    /// <summary>What the run-time set is called where no option is.</summary>
    public const string RuntimeName = "the run-time set";

    private readonly PathOptions _options = new(paths);
    private readonly List<GrantedPath> _grants = [];

    public ImmutableArray<GrantedPath> Collect(string searchPath)
    {
        var allowed = Named(policy.AllowedPaths, "allowed_paths", LandlockTable.ReadWrite);
        var readOnly = Named(policy.ReadOnlyPaths, "read_only_paths", LandlockTable.ReadOnly);
        RefuseContradictions(allowed, readOnly);
        _grants.AddRange(allowed);
        _grants.AddRange(readOnly);
        for (var i = 0; i < policy.ExecutablePaths.Length; i++)
        {
            var option = $"executable_paths[{i}]";
            Grant(_options.RequiredTarget(policy.ExecutablePaths[i], option), RuntimeSet.ProgramRights, option);
        }
        Runtime();
        Executables(searchPath);
        RefuseDenied();
        return [.. _grants];
    }

    private List<GrantedPath> Named(ImmutableArray<string> named, string option, FsRights access)
    {
        var granted = new List<GrantedPath>(named.Length);
        for (var i = 0; i < named.Length; i++)
        {
            var facts = _options.Required(named[i], $"{option}[{i}]");
            // A device that is named is used as one; its commands (ioctl) are part of that.
            var rights = facts.Kind == PathKind.Device ? access | FsRights.DeviceCommands : access;
            granted.Add(new GrantedPath(facts.RealPath, facts.Kind, rights, $"{option}[{i}]"));
        }
        return granted;
    }

    private static void RefuseContradictions(List<GrantedPath> allowed, List<GrantedPath> readOnly)
    {
        foreach (var read in readOnly)
        {
            foreach (var write in allowed)
            {
                if (read.Path == write.Path)
                    throw new PolicyException(read.Option, $"{read.Path} is {write.Option}, too: it can be writable or read-only");
                if (PathOptions.IsWithin(read.Path, write.Path))
                {
                    throw new PolicyException(read.Option, $"{read.Path} lies below {write.Option} ({write.Path}), where everything can be written: Landlock cannot take that away again. "
                        + "Allow the folders beside it instead");
                }
            }
        }
    }

    private void Runtime()
    {
        var programs = policy.Executables is null ? RuntimeSet.ProgramRights : LandlockTable.ReadOnly;
        if (policy.RuntimePaths is { } replaced)
        {
            for (var i = 0; i < replaced.Length; i++)
                Grant(_options.RequiredTarget(replaced[i], $"runtime_paths[{i}]"), programs, $"runtime_paths[{i}]");
        }
        else
        {
            Declared(RuntimeSet.Programs, programs);
            Declared(RuntimeSet.Settings, LandlockTable.ReadOnly);
            if (!policy.Network.IsOff)
                Declared(RuntimeSet.NetworkSettings, LandlockTable.ReadOnly);
            Declared(RuntimeSet.WritableDevices, FsRights.ReadFile | FsRights.WriteFile);
            Declared(RuntimeSet.ReadableDevices, FsRights.ReadFile);
        }
        foreach (var prefix in host.InterpreterPrefixes)
        {
            var facts = _options.Optional(prefix, "interpreter prefix");
            if (facts.Kind is not (PathKind.File or PathKind.Directory))
                continue;
            PathOptions.RefuseWhole(facts.RealPath, "interpreter prefix");
            if (!RuntimeSet.Programs.Any(program => PathOptions.IsWithin(facts.RealPath, program)) && host.Environment.TryGetValue("HOME", out var home) && home.StartsWith('/')
                && PathOptions.IsWithin(_options.Optional(home, "HOME").RealPath, facts.RealPath))
            {
                throw new PolicyException("interpreter prefix", $"{facts.RealPath} holds the home folder, and so keys and settings that are nobody else's: "
                    + "start the program in another folder, or name what it needs in read_only_paths");
            }
            Grant(facts, programs, "interpreter prefix");
        }
    }

    private void Declared(IReadOnlyList<string> named, FsRights access)
    {
        foreach (var path in named)
        {
            var facts = _options.Optional(path, RuntimeName);
            if (facts.Kind != PathKind.Missing)
                Grant(facts, access, RuntimeName);
        }
    }

    private void Executables(string searchPath)
    {
        foreach (var required in host.RequiredExecutables)
            Grant(_options.RequiredTarget(required, "interpreter"), RuntimeSet.ProgramRights, "interpreter");
        if (policy.Executables is not { } names)
            return;
        for (var i = 0; i < names.Length; i++)
        {
            var option = $"executables[{i}]";
            var program = names[i].Contains('/', StringComparison.Ordinal)
                ? _options.RequiredTarget(names[i], option)
                : Search(names[i], searchPath, option) ?? throw new PolicyException(option, $"{names[i]} is in no folder of PATH ({searchPath})");
            Grant(program, RuntimeSet.ProgramRights, option);
        }
        foreach (var name in policy.ExecutablesIfPresent)
        {
            var program = name.Contains('/', StringComparison.Ordinal) ? _options.Optional(name, "executables") : Search(name, searchPath, "executables");
            if (program is { Kind: PathKind.File or PathKind.Directory } present)
                Grant(present, RuntimeSet.ProgramRights, "executables");
        }
        // Without its loader no dynamic program starts; where no program is to start at all, none is granted.
        if (names.Length + policy.ExecutablesIfPresent.Length + host.RequiredExecutables.Length > 0)
            Declared(RuntimeSet.Loaders, FsRights.ReadFile | FsRights.Execute);
    }

    private PathFacts? Search(string name, string searchPath, string option)
    {
        foreach (var folder in searchPath.Split(':', StringSplitOptions.RemoveEmptyEntries).Where(folder => folder[0] == '/'))
        {
            var facts = _options.Optional($"{folder}/{name}", option);
            if (facts.Kind == PathKind.File)
                return facts;
        }
        return null;
    }

    private void Grant(PathFacts facts, FsRights access, string option) => _grants.Add(new GrantedPath(facts.RealPath, facts.Kind, access, option));

    private void RefuseDenied()
    {
        for (var i = 0; i < policy.DeniedPaths.Length; i++)
        {
            var option = $"denied_paths[{i}]";
            var denied = _options.Optional(policy.DeniedPaths[i], option).RealPath;
            foreach (var grant in _grants)
            {
                if (PathOptions.IsWithin(denied, grant.Path))
                    throw new PolicyException(option, $"{denied} lies in {grant.Path}, which {grant.Option} grants: Landlock cannot take rights away below it. Grant the folders beside it instead");
                if (PathOptions.IsWithin(grant.Path, denied))
                    throw new PolicyException(option, $"{grant.Path} lies below {denied}, and {grant.Option} grants it");
            }
        }
    }
}
