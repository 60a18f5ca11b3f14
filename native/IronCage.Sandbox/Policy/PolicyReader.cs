using System.Collections.Immutable;
using System.Text.Json;
using IronCage.Sandbox.Proxying;

namespace IronCage.Sandbox.Policy;

/// <summary>Makes a policy of the JSON of the C ABI, and checks every type and range. Null is the same as an option that is not given.</summary>
public static class PolicyReader
{
    private const long MiB = 1024 * 1024;
    private const int LongestTime = 31_536_000;

    private static readonly ImmutableSortedDictionary<string, Func<SandboxPolicy, JsonElement, string, SandboxPolicy>> Options =
        new Dictionary<string, Func<SandboxPolicy, JsonElement, string, SandboxPolicy>>
        {
            ["allowed_paths"] = (policy, value, option) => policy with { AllowedPaths = PolicyValues.Texts(value, option) },
            ["read_only_paths"] = (policy, value, option) => policy with { ReadOnlyPaths = PolicyValues.Texts(value, option) },
            ["executable_paths"] = (policy, value, option) => policy with { ExecutablePaths = PolicyValues.Texts(value, option) },
            ["denied_paths"] = (policy, value, option) => policy with { DeniedPaths = PolicyValues.Texts(value, option) },
            ["executables"] = (policy, value, option) => policy with { Executables = Programs(value, option), ExecutablesIfPresent = [] },
            ["runtime_paths"] = (policy, value, option) => policy with { RuntimePaths = PolicyValues.Texts(value, option) },
            ["max_memory"] = (policy, value, option) => policy with { MaxMemoryBytes = Memory(value, option) },
            ["max_memory_mb"] = (policy, value, option) => policy with { MaxMemoryBytes = Memory(value, option) },
            ["max_cpu_seconds"] = (policy, value, option) => policy with { MaxCpuSeconds = PolicyValues.Integer(value, option, 1, LongestTime) },
            ["max_processes"] = (policy, value, option) => policy with { MaxProcesses = PolicyValues.Integer(value, option, 1, 32_768) },
            ["max_open_files"] = (policy, value, option) => policy with { MaxOpenFiles = PolicyValues.Integer(value, option, 16, 1_048_576) },
            ["max_file_size_mb"] = (policy, value, option) => policy with { MaxFileSizeBytes = PolicyValues.Integer(value, option, 1, 1_048_576) * MiB },
            ["timeout"] = (policy, value, option) => policy with { Timeout = PolicyValues.Seconds(value, option, LongestTime) },
            ["allow_network"] = (policy, value, option) => policy with { Network = Network(value, option) },
            ["allowed_domains"] = (policy, value, option) => policy with { Domains = policy.Domains with { Allowed = DomainOptions.Allowed(value, option) } },
            ["extra_hosts"] = (policy, value, option) => policy with { Domains = policy.Domains with { Hosts = DomainOptions.Hosts(value, option) } },
            ["env"] = (policy, value, option) => policy with { Environment = PolicyValues.Variables(value, option) },
            ["keep_env"] = (policy, value, option) => policy with { KeepEnvironment = PolicyValues.VariableNames(value, option) },
            ["landlock_abi"] = (policy, value, option) => policy with { LandlockAbi = PolicyValues.Integer(value, option, 0, Landlock.LandlockTable.NewestAbi) },
            ["best_effort"] = (policy, value, option) => policy with { BestEffort = PolicyValues.Bool(value, option) },
        }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>The names of all options, sorted.</summary>
    public static ImmutableArray<string> OptionNames => [.. Options.Keys.Append("preset").Order(StringComparer.Ordinal)];

    /// <summary>Reads a policy.</summary>
    /// <param name="json">A JSON object in UTF-8; empty: no option is given.</param>
    /// <exception cref="PolicyException">It is no JSON object, or an option is unknown, given twice, of another type or out of range, or contradicts the preset.</exception>
    public static SandboxPolicy Read(ReadOnlyMemory<byte> json)
    {
        using var document = Parse(json.IsEmpty ? "{}"u8.ToArray() : json);
        var given = Given(document.RootElement);
        var preset = given.Remove("preset", out var named) ? Preset.Named(PolicyValues.Text(named, "preset"), "preset") : null;
        if (given.TryGetValue("max_memory", out var memory) && given.TryGetValue("max_memory_mb", out var megabytes) && Memory(memory, "max_memory") != Memory(megabytes, "max_memory_mb"))
            throw new PolicyException("max_memory", "is another value than max_memory_mb, which means the same");
        var policy = preset is null ? new SandboxPolicy() : preset.Policy with { Preset = preset.Name };
        foreach (var (name, value) in given)
        {
            if (!Options.TryGetValue(name, out var read))
                throw new PolicyException(name, $"is not an option; the options are {string.Join(", ", OptionNames)}");
            policy = read(policy, value, name);
        }
        policy = DomainOptions.Settle(policy, given.ContainsKey("allow_network"));
        preset?.Refuse(policy);
        return policy;
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return document;
            document.Dispose();
        }
        catch (JsonException)
        {
        }
        throw new PolicyException("policy", "must be a JSON object in UTF-8");
    }

    private static SortedDictionary<string, JsonElement> Given(JsonElement root)
    {
        var given = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        try
        {
            foreach (var property in root.EnumerateObject())
            {
                if (!given.TryAdd(property.Name, property.Value))
                    throw new PolicyException(property.Name, "is given twice");
            }
        }
        catch (InvalidOperationException)
        {
            throw new PolicyException("policy", "has a name that is no text in UTF-8");
        }
        foreach (var name in given.Where(option => option.Value.ValueKind == JsonValueKind.Null).Select(option => option.Key).ToArray())
            given.Remove(name);
        return given;
    }

    /// <summary>16 MiB is less than any interpreter needs, and more than nothing.</summary>
    private static long Memory(JsonElement value, string option) => PolicyValues.Integer(value, option, 16, 1_048_576) * MiB;

    private static ImmutableArray<string> Programs(JsonElement value, string option)
    {
        var programs = PolicyValues.Texts(value, option);
        var wrong = programs.IndexOf(programs.FirstOrDefault(program => program.Length == 0 || program.Contains('\0', StringComparison.Ordinal) || program is "." or "..")!);
        return wrong < 0 ? programs : throw new PolicyException($"{option}[{wrong}]", "must be the name of a program or an absolute path");
    }

    private static NetworkPolicy Network(JsonElement value, string option)
    {
        if (value.ValueKind != JsonValueKind.Object)
            return new NetworkPolicy { Connect = PolicyValues.Ports(value, option) };
        var network = NetworkPolicy.Off;
        foreach (var property in value.EnumerateObject())
        {
            var name = $"{option}.{property.Name}";
            network = property.Name switch
            {
                "connect" => network with { Connect = PolicyValues.Ports(property.Value, name) },
                "bind" => network with { Bind = PolicyValues.Ports(property.Value, name) },
                "udp" => network with { Udp = PolicyValues.Ports(property.Value, name) },
                "dns" => network with { Dns = PolicyValues.Bool(property.Value, name) },
                _ => throw new PolicyException(name, "is not an option; the options are connect, bind, udp and dns"),
            };
        }
        return network;
    }
}
