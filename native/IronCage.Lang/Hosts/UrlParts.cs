using System.Text;

namespace IronCage.Lang.Hosts;

/// <summary>The places of authority (without user info), host and path in an absolute http or https URL, found without allocating.</summary>
internal readonly record struct UrlParts(bool IsTls, Range Authority, Range Host, Range Path)
{
    public static bool TryParse(ReadOnlySpan<byte> url, out UrlParts parts)
    {
        parts = default;
        var tls = StartsWith(url, "https://"u8);
        if (!tls && !StartsWith(url, "http://"u8))
            return false;
        var start = tls ? 8 : 7;
        var rest = url[start..].IndexOfAny("/?#"u8);
        var end = rest < 0 ? url.Length : start + rest;
        var at = url[start..end].LastIndexOf((byte)'@');
        if (at >= 0)
            start += at + 1;
        if (end <= start)
            return false;
        // A bracketed IPv6 address has colons of its own.
        var hostEnd = end;
        var colon = url[start..end].LastIndexOf((byte)':');
        if (colon >= 0 && url[start..end].LastIndexOf((byte)']') < colon)
            hostEnd = start + colon;
        var pathEnd = url[end..].IndexOfAny("?#"u8);
        parts = new UrlParts(tls, start..end, start..hostEnd, end..(pathEnd < 0 ? url.Length : end + pathEnd));
        return true;
    }

    private static bool StartsWith(ReadOnlySpan<byte> url, ReadOnlySpan<byte> scheme) =>
        url.Length > scheme.Length && Ascii.EqualsIgnoreCase(url[..scheme.Length], scheme);
}
