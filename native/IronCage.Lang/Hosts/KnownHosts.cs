using System.Collections.Frozen;
using System.Text;

namespace IronCage.Lang.Hosts;

/// <summary>
/// The hosts that are known without being named: the vendors' own, and those that speak OpenAI's protocol. Cost's table of providers has the same hosts, and a test holds both
/// together.
/// </summary>
internal static class KnownHosts
{
    private static readonly LlmService OpenAi = LlmService.Of(LlmProtocol.OpenAi);
    private static readonly LlmService Gemini = LlmService.Of(LlmProtocol.Gemini);
    private static readonly LlmService Bedrock = LlmService.Of(LlmProtocol.Bedrock);

    /// <summary>OpenAI's protocol as others serve it; many of them serve Anthropic's messages beside it.</summary>
    private static LlmService Compatible(OpenAi.ChatDialect dialect) => new(LlmProtocol.OpenAi, LlmWire.Compatible(dialect));

    private static readonly LlmService Usual = Compatible(Lang.OpenAi.ChatDialect.Usual);

    /// <summary>Their streams tell usage unasked; to ask for it would be refused (Mistral), or would hide an event that the caller gets anyway.</summary>
    private static readonly LlmService Telling = Compatible(Lang.OpenAi.ChatDialect.TellsUsage);

    private static readonly LlmService Mistral = Telling with { Wires = [.. Telling.Wires, Lang.Mistral.ClassificationsWire.Instance] };

    private static readonly LlmService Ollama = LlmService.Of(LlmProtocol.Ollama);

    /// <summary>Names, each of which stands for itself and for what has it behind a dot: regions, and the customers' own names at Azure.</summary>
    private static readonly FrozenDictionary<string, LlmService> ByName = new Dictionary<string, LlmService>
    {
        ["api.openai.com"] = OpenAi,
        ["api.anthropic.com"] = LlmService.Of(LlmProtocol.Anthropic),
        ["openai.azure.com"] = Usual,
        ["cognitiveservices.azure.com"] = Usual with { Under = ["/openai/", "/anthropic/", "/models/"] }, // speech, vision and others beside them
        ["services.ai.azure.com"] = Usual with { Under = ["/openai/", "/anthropic/", "/models/", "/api/projects/"] },
        ["azure-api.net"] = Usual with { IsGateway = true },
        ["api.avian.io"] = Usual,
        ["api.cerebras.ai"] = Usual,
        ["api.cohere.com"] = LlmService.Of(LlmProtocol.Cohere),
        ["api.cohere.ai"] = LlmService.Of(LlmProtocol.Cohere),
        ["api.deepseek.com"] = Usual,
        ["api.doubleword.ai"] = Usual,
        ["api.fireworks.ai"] = Usual,
        ["api.groq.com"] = Telling,
        ["router.huggingface.co"] = Usual,
        ["api.minimax.com"] = Usual,
        ["api.minimax.io"] = Usual,
        ["api.minimaxi.com"] = Usual,
        ["api.minimaxi.io"] = Usual,
        ["api.mistral.ai"] = Mistral,
        ["codestral.mistral.ai"] = Mistral,
        ["api.moonshot.ai"] = Usual,
        ["api.moonshot.cn"] = Usual,
        ["api.novita.ai"] = Usual,
        ["ollama.com"] = Ollama with { Under = ["/api/", "/v1/"] }, // and the site
        ["openrouter.ai"] = Telling,
        ["oai.endpoints.kepler.ai.cloud.ovh.net"] = Usual,
        ["api.perplexity.ai"] = Compatible(Lang.OpenAi.ChatDialect.Perplexity),
        ["api.together.xyz"] = Usual,
        ["api.together.ai"] = Usual,
        ["api.voyageai.com"] = Usual,
        ["api.x.ai"] = Usual,
        ["open.bigmodel.cn"] = Usual,
        ["api.z.ai"] = Usual,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, LlmService>.AlternateLookup<ReadOnlySpan<char>> Lookup = ByName.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>All names, for tests.</summary>
    internal static IEnumerable<string> Names => ByName.Keys;

    /// <summary>What a host serves; null for one that is not known.</summary>
    /// <param name="authority">The host with its port, as the URL has them; in lower case.</param>
    /// <param name="host">The host alone.</param>
    /// <param name="name">Under which name it is known: where that is one service's alone, its regions share circuits and prices.</param>
    public static LlmService? Find(ReadOnlySpan<char> authority, ReadOnlySpan<char> host, out string name)
    {
        // Ollama at home. Other names of this machine, and other ports, are for the user to say.
        if (authority.EndsWith(":11434") && (host is "localhost" or "127.0.0.1" or "[::1]"))
        {
            name = authority.ToString();
            return Ollama;
        }
        for (var rest = host; ;)
        {
            if (Lookup.TryGetValue(rest, out var service))
            {
                name = rest.StartsWith("api.") ? rest.ToString() : host.ToString();
                return service;
            }
            var dot = rest.IndexOf('.');
            if (dot < 0)
                break;
            rest = rest[(dot + 1)..];
        }
        name = "";
        var found = IsGoogle(host) ? Gemini : IsBedrock(host) ? Bedrock : null;
        if (found is not null)
            name = host.ToString();
        return found;
    }

    /// <summary>Gemini's hosts: generativelanguage or [REGION-]aiplatform, then perhaps a multi-region or mTLS.</summary>
    private static bool IsGoogle(ReadOnlySpan<char> host)
    {
        if (!host.EndsWith(".googleapis.com"))
            return false;
        var first = host[..host.IndexOf('.')];
        return first.SequenceEqual("generativelanguage") || first.SequenceEqual("aiplatform") || first.EndsWith("-aiplatform");
    }

    /// <summary>bedrock-runtime.REGION.amazonaws.com, and its FIPS, VPC, dual-stack (api.aws) and Chinese forms.</summary>
    private static bool IsBedrock(ReadOnlySpan<char> host)
    {
        if (!host.EndsWith(".amazonaws.com") && !host.EndsWith(".api.aws") && !host.EndsWith(".amazonaws.com.cn"))
            return false;
        foreach (var range in host.Split('.'))
        {
            if (host[range] is "bedrock-runtime" or "bedrock-runtime-fips")
                return true;
        }
        return false;
    }
}
