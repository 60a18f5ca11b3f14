using System.Text;
using System.Text.Json;
using IronCage.Core.Json;
using IronCage.Core.Text;

namespace IronCage.Runtime.Runs;

/// <summary>What an answer does, as a number: equal for answers that use the same tools with the same arguments, in whatever order, and for the same words in answer to the same.</summary>
internal struct AnswerSignature
{
    /// <summary>Whether nothing was added.</summary>
    public readonly bool IsEmpty => !_hasAny;

    /// <summary>As <see cref="LoopWatch.Observe"/> takes it.</summary>
    public ulong Value { readonly get; private set; }

    private bool _hasAny;

    /// <summary>A tool is used.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="arguments">JSON, or a JSON string that holds JSON, or any text: white space between the parts of JSON does not count.</param>
    public void AddTool(string? name, ReadOnlySpan<byte> arguments)
    {
        _hasAny = true;
        var hash = Fold(Fnv1a.Seed, Encoding.UTF8.GetBytes(name ?? ""));
        Value += FoldJson(hash, Text(arguments));
    }

    /// <summary>What is asked, as <see cref="AddWords"/> takes it.</summary>
    public static ulong Question(ReadOnlySpan<byte> text) => Fold(Fnv1a.Seed, text);

    /// <summary>What was said, and in answer to what.</summary>
    public void AddWords(ReadOnlySpan<byte> words, ulong question)
    {
        _hasAny = true;
        Value += Fold(question, words);
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
                hash = Fold(Fnv1a.Add(hash, (byte)reader.TokenType), reader.ValueSpan);
            return hash;
        }
        catch (JsonException)
        {
            return Fold(seed, text);
        }
    }

    /// <summary>With an end, so that what follows is not taken for more of it.</summary>
    private static ulong Fold(ulong hash, ReadOnlySpan<byte> bytes) => Fnv1a.Add(Fnv1a.Add(hash, bytes), 0x1FF);
}
