using System.Text.Json;
using IronCage.Core.Text;
using IronCage.Lang;
using IronCage.Lang.Hosts;
using IronCage.Runtime.Protections;

namespace IronCage.Runtime.Calls;

/// <summary>Where a call goes, if that is not where its request was shown to go: to another path of the host, which names another model, or to another host.</summary>
public sealed partial class ProtectedCall
{
    /// <summary>The headers of a request that another host may see: everything else may be a credential, or whose it is. Content-length and the like are the client's own.</summary>
    private static readonly string[] Following =
        ["accept", "accept-encoding", "accept-language", "anthropic-beta", "anthropic-version", "content-type", "openai-beta", "traceparent", "tracestate", "user-agent"];

    private readonly Target _shownTarget;
    private string? _shownProvider;
    private byte[]? _url; // as it was shown, where it may have to be changed
    private HostAbilities _can;
    private Route? _route;

    /// <param name="Url">Where it goes.</param>
    /// <param name="Host">By whose key; null: by that of the request.</param>
    private sealed record Route(byte[] Url, FallbackHost? Host);

    /// <summary>The call goes to another host than the request was meant for.</summary>
    public bool IsElsewhere => _route?.Host is not null;

    /// <summary>Whether the model stands in the body alone.</summary>
    private static bool IsNamedInBody(in Target target) => !target.NamesModel && target.Model is null;

    /// <summary>How the request that was shown is asked of something else; false where it cannot be.</summary>
    /// <param name="to">What is to be asked.</param>
    /// <param name="asked">The model of the request.</param>
    /// <param name="target">Where that is.</param>
    /// <param name="route">How the host gets there; null: where it goes anyway.</param>
    private bool TryRoute(Fallback to, string asked, out Target target, out Route? route)
    {
        (target, route) = (_shownTarget, null);
        if (to.Host is not { } host)
            return TryRename(to.Model!, ref target, ref route, _url);
        if (_isSigned || (_can & HostAbilities.OtherHost) == 0 || _url is null)
            return false;
        var model = to.Model ?? asked;
        if (ModelUrls.At(host.BaseUrl, _url, model) is not { } url)
            return false;
        target = _engine.Hosts.Resolve("POST"u8, url);
        route = new Route(url, host);
        return IsSameAs(target) && (IsNamedInBody(target) ? _request.ModelPlace != default : target.Model == model);
    }

    /// <summary>As <see cref="TryRoute"/>, with another model at the host where the call goes now.</summary>
    private bool TryRename(string model, ref Target target, ref Route? route, byte[]? from)
    {
        if (_isSigned)
            return false;
        if (IsNamedInBody(target))
            return _request.ModelPlace != default;
        if ((_can & HostAbilities.OtherPath) == 0 || from is null || target.Endpoint != Endpoint.Generate || !_wire.CanRenameInPath || ModelUrls.WithModel(from, model) is not { } url)
            return false;
        var host = target.Host;
        target = _engine.Hosts.Resolve("POST"u8, url);
        route = new Route(url, route?.Host);
        return target.Host == host && IsSameAs(target) && target.Model == model;
    }

    private bool IsSameAs(in Target target) => target.Endpoint == Endpoint.Generate && target.Wire?.GetType() == _shownTarget.Wire!.GetType();

    private void Take(in Target target, Route? route)
    {
        if (target.Host != _target.Host || route?.Host != _route?.Host)
            _provider = route is null ? _shownProvider : _engine.Catalogue.ProviderAt(target.Host, route.Url);
        (_target, _wire, _route) = (target, target.Wire!, route);
    }

    /// <summary>Puts another model into the body, where that names one, and reads it as what it is now.</summary>
    private void Rename(string model, ReadOnlySpan<byte> body)
    {
        var edits = new List<RawEdit>();
        if (_request.ModelPlace != default)
            _request.ReplaceModel(model, edits);
        Rewrite(RawEdits.Apply(body, edits));
    }

    /// <summary>What is sent, with where it goes if that is elsewhere.</summary>
    private Verdict Outgoing(ReadOnlySpan<byte> body, byte[]? changed)
    {
        if (_route is not { } route)
            return changed is null ? Verdict.Send : new Verdict(VerdictKind.Rewrite, changed);
        var head = JsonDetails.WriteUtf8(writer => Describe(writer, route)).Span;
        return new Verdict(VerdictKind.Reroute, (byte[])[.. head, (byte)'\n', .. changed ?? body]);
    }

    private void Describe(Utf8JsonWriter writer, Route route)
    {
        writer.WriteString("url", route.Url);
        if (route.Host is not { } host)
            return;
        writer.WriteStartObject("elsewhere");
        if (host.Slot is { } slot)
            writer.WriteNumber("slot", slot);
        writer.WriteString("key_env", host.KeyVariable);
        writer.WriteString("key_header", host.KeyHeader ?? ModelUrls.KeyHeader(_target));
        writer.WriteStartArray("headers");
        foreach (var name in Following)
            writer.WriteStringValue(name);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>What is set for a call that its client cannot do: told with the first call, not when it is needed.</summary>
    private Refusal? Unfit()
    {
        if (_run.HedgeAfter is not null && IsHedgeable && (_isSigned || (_can & HostAbilities.Hedge) == 0))
        {
            return Refusal.Denied("hedge_after is set, and requests of this client cannot be hedged (those of httpx can): call by another client, or leave it out",
                "unfit_client", Model);
        }
        if (!_run.HasFallback || (!_isSigned && (_can & HostAbilities.OtherHost) != 0) || IsFree)
            return null;
        return Behind(Model).Any(to => to.Host is not null)
            ? Refusal.Denied("the fallback of this model is at another host, and requests of this client cannot go there: what is signed for AWS (boto3) is signed for one host", "unfit_client", Model)
            : null;
    }
}
