namespace IronCage.Lang.Hosts;

/// <summary>What a host serves: which wires read it, and which of its paths are none of an LLM's.</summary>
/// <param name="Protocol">The protocol whose name it has in <c>IRON_CAGE_LLM_HOSTS</c>.</param>
/// <param name="Wires">What is read there, the usual one first.</param>
internal sealed record LlmService(LlmProtocol Protocol, IReadOnlyList<LlmWire> Wires)
{
    /// <summary>Beginnings of the paths that are an LLM's, at hosts that serve other things, too; empty: all are.</summary>
    public IReadOnlyList<string> Under { get; init; } = [];

    /// <summary>A gateway to anything: what none of the wires reads is not an LLM's.</summary>
    public bool IsGateway { get; init; }

    /// <summary>Ends of paths (with a slash at its end: a part of them) where a POST costs nothing and carries no conversation: the service's own household.</summary>
    public IReadOnlyList<string> Household { get; init; } = [];

    /// <summary>The service of a protocol at a host that the user named.</summary>
    public static LlmService Of(LlmProtocol protocol) => new(protocol, LlmWire.Of(protocol))
    {
        Household = protocol switch
        {
            LlmProtocol.Ollama => ["/api/pull", "/api/push", "/api/create", "/api/copy", "/api/delete", "/api/show", "/api/ps", "/api/tags", "/api/version", "/api/me", "/api/signout", "/api/blobs/"],
            LlmProtocol.Cohere => ["/v1/check-api-key"],
            _ => [],
        },
    };

    /// <summary>The wire that reads what is sent to a path; the usual one where none does, null where the host serves something else.</summary>
    /// <param name="path">The path of the URL, without query and without slashes at its end.</param>
    /// <param name="endpoint">What a POST asks for.</param>
    public LlmWire? Find(ReadOnlySpan<byte> path, out Endpoint endpoint)
    {
        endpoint = Endpoint.Unread;
        if (!IsUnder(path) || IsHousehold(path))
        {
            endpoint = Endpoint.None;
            return null;
        }
        foreach (var wire in Wires)
        {
            if (wire.EndpointOf(path) is not Endpoint.Unread and var read)
            {
                endpoint = read;
                return wire;
            }
        }
        if (IsGateway)
            endpoint = Endpoint.None;
        return Wires[0];
    }

    /// <summary>The wire whose answers are fetched by a GET of a path; null where none are.</summary>
    /// <param name="path">As of <see cref="Find"/>.</param>
    public LlmWire? FindStored(ReadOnlySpan<byte> path)
    {
        if (!IsUnder(path))
            return null;
        foreach (var wire in Wires)
        {
            if (wire.IsStored(path))
                return wire;
        }
        return null;
    }

    private bool IsUnder(ReadOnlySpan<byte> path)
    {
        foreach (var beginning in Under)
        {
            if (path.Length >= beginning.Length && Ascii(path[..beginning.Length], beginning))
                return true;
        }
        return Under.Count == 0;
    }

    private bool IsHousehold(ReadOnlySpan<byte> path)
    {
        foreach (var end in Household)
        {
            if (end[^1] == '/' ? path.IndexOf(System.Text.Encoding.ASCII.GetBytes(end)) >= 0 : path.Length >= end.Length && Ascii(path[^end.Length..], end))
                return true;
        }
        return false;
    }

    private static bool Ascii(ReadOnlySpan<byte> path, string text) => System.Text.Ascii.EqualsIgnoreCase(path, text);
}
