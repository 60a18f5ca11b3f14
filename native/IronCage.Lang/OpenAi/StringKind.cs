using System.Buffers;

namespace IronCage.Lang.OpenAi;

/// <summary>
/// What the strings of requests and answers are. Every string is a text and is screened, so that a field this version has never heard of is scanned rather than missed;
/// only bytes in an encoding that no recogniser reads are left out.
/// </summary>
internal static class StringKind
{
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

    /// <summary>
    /// Strings that a model writes, which in a stream arrive piece by piece: all that is not known to be whole where it stands. What is whole is decided at once: holding its
    /// end back would only wait for a continuation that never comes.
    /// </summary>
    /// <param name="name">The property.</param>
    /// <param name="isWritten">Inside <c>delta</c> or <c>message</c>: what the model wrote, in fields of any name. Elsewhere only the known names are.</param>
    public static bool Grows(ReadOnlySpan<byte> name, bool isWritten) => isWritten ? !IsWhole(name) : name.Length switch
    {
        4 => name.SequenceEqual("text"u8),
        7 => name.SequenceEqual("content"u8) || name.SequenceEqual("refusal"u8) || name.SequenceEqual("summary"u8),
        8 => name.SequenceEqual("thinking"u8),
        9 => name.SequenceEqual("reasoning"u8) || name.SequenceEqual("arguments"u8),
        10 => name.SequenceEqual("transcript"u8),
        17 => name.SequenceEqual("reasoning_content"u8),
        _ => false,
    };

    private static bool IsWhole(ReadOnlySpan<byte> name) => name.Length switch
    {
        2 => name.SequenceEqual("id"u8),
        3 => name.SequenceEqual("url"u8),
        4 => name.SequenceEqual("role"u8) || name.SequenceEqual("type"u8) || name.SequenceEqual("name"u8) || name.SequenceEqual("data"u8),
        5 => name.SequenceEqual("title"u8),
        6 => name.SequenceEqual("status"u8) || name.SequenceEqual("format"u8) || name.SequenceEqual("object"u8),
        7 => name.SequenceEqual("call_id"u8),
        9 => name.SequenceEqual("signature"u8),
        12 => name.SequenceEqual("tool_call_id"u8),
        17 => name.SequenceEqual("encrypted_content"u8),
        _ => false,
    };

    /// <summary>The objects that hold what a model wrote.</summary>
    public static bool HoldsWriting(ReadOnlySpan<byte> name) => name.SequenceEqual("delta"u8) || name.SequenceEqual("message"u8);

    /// <summary>A property name that may itself be data, such as an address as the key of metadata.</summary>
    public static bool IsTellingName(ReadOnlySpan<byte> name) => name.Length > 5 && name.ContainsAnyExcept(PlainName);

    /// <summary>Properties of an answer that are about it, not of it.</summary>
    public static bool IsEnvelope(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("id"u8) || name.SequenceEqual("model"u8) || name.SequenceEqual("object"u8) || name.SequenceEqual("created"u8) || name.SequenceEqual("system_fingerprint"u8)
        || name.SequenceEqual("obfuscation"u8);
}
