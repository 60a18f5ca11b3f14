using IronCage.Core.Text;

namespace IronCage.Lang.Tests.OpenAi;

/// <summary>A screen that replaces one word and holds back what may still become it: an oracle simple enough to be sure of.</summary>
internal sealed class WordScreen(string word) : ITextScreen
{
    private readonly List<byte> _text = [];
    private readonly byte[] _word = System.Text.Encoding.UTF8.GetBytes(word);
    private int _decided;

    public long Push(ReadOnlySpan<byte> piece, bool final, List<TextEdit> edits)
    {
        _text.AddRange(piece);
        var text = _text.ToArray();
        while (true)
        {
            var at = text.AsSpan(_decided).IndexOf(_word);
            if (at < 0)
                break;
            edits.Add(new TextEdit(_decided + at, _decided + at + _word.Length, "[GONE]"u8.ToArray()));
            _decided += at + _word.Length;
        }
        var open = 0;
        for (var n = Math.Min(_word.Length - 1, text.Length - _decided); n > 0 && open == 0; n--)
        {
            if (text.AsSpan(text.Length - n).SequenceEqual(_word.AsSpan(0, n)))
                open = n;
        }
        _decided = final ? text.Length : text.Length - open;
        return _decided;
    }
}
