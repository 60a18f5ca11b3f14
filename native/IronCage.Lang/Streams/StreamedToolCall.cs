using System.Buffers;

namespace IronCage.Lang.Streams;

/// <summary>A tool that a streamed answer uses, as far as it was told.</summary>
public sealed class StreamedToolCall
{
    /// <summary>Of what a tool is used with this much is kept, in bytes.</summary>
    public const int KeptArguments = 64 * 1024;

    private readonly List<string?> _names = [];
    private ArrayBufferWriter<byte>? _arguments;
    private bool _inPieces;

    internal StreamedToolCall(string? name) => _names.Add(name);

    /// <summary>The first name that it was given; null where that is missing or unclear.</summary>
    public string? Name => _names[0];

    /// <summary>The names that it was given, as they came. Some clients put several together, others take the last.</summary>
    public IReadOnlyList<string?> Names => _names;

    /// <summary>What it is used with, as text or as JSON, at most <see cref="KeptArguments"/> of it.</summary>
    public ReadOnlySpan<byte> Arguments => _arguments is null ? default : _arguments.WrittenSpan;

    /// <summary>A later event names it, too; whether that is another name.</summary>
    internal bool NameAgain(string? name)
    {
        if (name == _names[^1])
            return false;
        _names.Add(name);
        return true;
    }

    /// <summary>All that it is used with, unless that comes in pieces.</summary>
    internal void Hold(ReadOnlySpan<byte> json)
    {
        if (_inPieces || json.IsEmpty)
            return;
        _arguments?.ResetWrittenCount();
        Write(json);
    }

    /// <summary>The next piece.</summary>
    internal void Append(ReadOnlySpan<byte> text)
    {
        if (!_inPieces)
            _arguments?.ResetWrittenCount(); // what a beginning shows is empty, and followed by pieces
        _inPieces = true;
        Write(text);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        _arguments ??= new ArrayBufferWriter<byte>();
        _arguments.Write(bytes[..Math.Min(bytes.Length, KeptArguments - _arguments.WrittenCount)]);
    }
}
