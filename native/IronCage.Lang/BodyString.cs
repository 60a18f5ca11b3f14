using System.Buffers;
using System.Text.Json;

namespace IronCage.Lang;

/// <summary>
/// What the strings of requests and answers are. Every string is a text and is screened, so that a field this version has never heard of is scanned rather than missed;
/// only bytes in an encoding that no recogniser reads are left out.
/// </summary>
internal static class BodyString
{
    /// <summary>Deeper nesting than any real body has; beyond it the body is not read.</summary>
    public const int MaxDepth = 256;

    /// <summary>Longer names than any real model has: they would only fill reports and circuits.</summary>
    public const int MaxModelName = 256;

    private static readonly SearchValues<byte> Base64 = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_"u8);
    private static readonly SearchValues<byte> PlainName = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"u8);

    /// <summary>Shorter than this, encoded bytes cannot be told from a word.</summary>
    private const int ShortestEncoding = 64;

    /// <summary>Media as base64: in the fields that carry it, and only if it really is that.</summary>
    public static bool IsEncodedBytes(ReadOnlySpan<byte> name, ReadOnlySpan<byte> raw)
    {
        if (name.SequenceEqual("url"u8) || name.SequenceEqual("image_url"u8))
        {
            if (!raw.StartsWith("data:"u8))
                return false;
            var comma = raw.IndexOf((byte)',');
            return comma > 0 && raw[..comma].EndsWith(";base64"u8) && !raw[(comma + 1)..].ContainsAnyExcept(Base64);
        }
        if (!name.SequenceEqual("data"u8) && !name.SequenceEqual("file_data"u8) && !name.SequenceEqual("b64_json"u8))
            return false;
        if (name.SequenceEqual("file_data"u8) && raw.StartsWith("data:"u8) && raw.IndexOf((byte)',') is var at and > 0)
            raw = raw[(at + 1)..];
        return raw.Length >= ShortestEncoding && !raw.ContainsAnyExcept(Base64);
    }

    /// <summary>A property name that may itself be data, such as an address as the key of metadata.</summary>
    public static bool IsTellingName(ReadOnlySpan<byte> name) => name.Length > 5 && name.ContainsAnyExcept(PlainName);

    /// <summary>The place of the string or name at the reader, whose bytes begin at <paramref name="offset"/> of the body.</summary>
    public static TextSpan Place(ref Utf8JsonReader reader, int offset = 0)
    {
        var start = offset + (int)reader.TokenStartIndex + 1;
        return new TextSpan(start, start + reader.ValueSpan.Length, reader.ValueIsEscaped);
    }
}
