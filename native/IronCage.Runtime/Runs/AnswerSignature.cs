using System.Text;
using System.Text.Json;
using IronCage.Core.Json;

namespace IronCage.Runtime.Runs;

/// <summary>What an answer does, as a number: equal for answers that use the same tools with the same arguments, in whatever order, and for the same words in answer to the same.</summary>
internal struct AnswerSignature
{
    private const ulong Seed = 14695981039346656037;
    private const ulong Prime = 1099511628211;
    private ulong _value;

    /// <summary>Whether anything was added.</summary>
    public bool IsEmpty { get; private set; }

    public static AnswerSignature Nothing => new() { IsEmpty = true };

    /// <summary>As <see cref="LoopWatch.Observe"/> takes it.</summary>
    public readonly ulong Value => _value;

    /// <summary>A tool is used.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="arguments">JSON, or a JSON string that holds JSON, or any text: white space between the parts of JSON does not count.</param>
    public void AddTool(string? name, ReadOnlySpan<byte> arguments)
    {
        IsEmpty = false;
        var hash = Fold(Seed, Encoding.UTF8.GetBytes(name ?? ""));
        _value += FoldJson(hash, Text(arguments));
    }

    /// <summary>What is asked, as <see cref="AddWords"/> takes it.</summary>
    public static ulong Question(ReadOnlySpan<byte> text) => Fold(Seed, text);

    /// <summary>What was said, and in answer to what.</summary>
    public void AddWords(ReadOnlySpan<byte> words, ulong question)
    {
        IsEmpty = false;
        _value += Fold(question, words);
    }

    private static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> json)
    {
        if (json.Length < 2 || json[0] != (byte)'"' || json[^1] != (byte)'"')
            return json;
        var scratch = new byte[json.Length];
        return scratch.AsSpan(0, JsonText.Unescape(json[1..^1], scratch));
    }

    private static ulong FoldJson(ulong seed, ReadOnlySpan<byte> text)
    {
        var hash = seed;
        try
        {
            var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = 256 });
            while (reader.Read())
                hash = Fold((hash ^ (byte)reader.TokenType) * Prime, reader.ValueSpan);
            return hash;
        }
        catch (JsonException)
        {
            return Fold(seed, text);
        }
    }

    private static ulong Fold(ulong hash, ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
            hash = (hash ^ b) * Prime;
        return (hash ^ 0x1FF) * Prime;
    }
}
