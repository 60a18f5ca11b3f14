using System.Collections.Immutable;
using System.Text.Json;
using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Policy;

namespace IronCage.Sandbox.Hosting;

/// <summary>
/// What a host gives: <c>{"policy": {...}, "host": {"interpreter_prefixes": [...], "required_executables": [...], "environment": {...}}, "temporary_directory": "/tmp"}</c>. All but the policy may be
/// left out.
/// </summary>
internal sealed record SandboxSetup(SandboxPolicy Policy, HostFacts Host, string TemporaryDirectory)
{
    /// <exception cref="PolicyException">It is no such object, or its policy cannot be meant.</exception>
    public static SandboxSetup Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                throw new PolicyException("setup", "must be an object");
            var policy = new SandboxPolicy();
            var host = new HostFacts();
            var temporaryDirectory = "/tmp";
            foreach (var member in root.EnumerateObject())
            {
                switch (member.Name)
                {
                    case "policy":
                        policy = PolicyReader.Read(System.Text.Encoding.UTF8.GetBytes(member.Value.GetRawText()));
                        break;
                    case "host":
                        host = ReadHost(member.Value);
                        break;
                    case "temporary_directory":
                        temporaryDirectory = Text(member.Value, member.Name);
                        break;
                    default:
                        throw new PolicyException(member.Name, "unknown member of the setup");
                }
            }
            if (!temporaryDirectory.StartsWith('/') || temporaryDirectory.Contains('\0', StringComparison.Ordinal))
                throw new PolicyException("temporary_directory", "must be an absolute path");
            return new SandboxSetup(policy, host, temporaryDirectory);
        }
        catch (JsonException)
        {
            throw new PolicyException("setup", "is not valid JSON");
        }
    }

    public CompiledPolicy Compile(KernelSupport kernel) => PolicyCompiler.Compile(Policy, kernel, Host, new DiskPathProbe());

    private static HostFacts ReadHost(JsonElement host)
    {
        if (host.ValueKind != JsonValueKind.Object)
            throw new PolicyException("host", "must be an object");
        var facts = new HostFacts();
        foreach (var member in host.EnumerateObject())
        {
            facts = member.Name switch
            {
                "interpreter_prefixes" => facts with { InterpreterPrefixes = Texts(member.Value, member.Name) },
                "required_executables" => facts with { RequiredExecutables = Texts(member.Value, member.Name) },
                "environment" when member.Value.ValueKind == JsonValueKind.Object =>
                    facts with { Environment = member.Value.EnumerateObject().ToImmutableDictionary(pair => pair.Name, pair => Text(pair.Value, pair.Name), StringComparer.Ordinal) },
                _ => throw new PolicyException(member.Name, "unknown member of the host's facts, or of the wrong type"),
            };
        }
        return facts;
    }

    private static ImmutableArray<string> Texts(JsonElement value, string name) => value.ValueKind == JsonValueKind.Array
        ? [.. value.EnumerateArray().Select(item => Text(item, name))]
        : throw new PolicyException(name, "must be a list of texts");

    private static string Text(JsonElement value, string name) => value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new PolicyException(name, "must be a text");
}
