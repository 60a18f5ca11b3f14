using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using IronCage.Core.Text;
using IronCage.Lang;

namespace IronCage.Runtime.Calls;

/// <summary>Texts that a request sends as token numbers: whoever has the model's tokenizer can read them.</summary>
public sealed partial class ProtectedCall
{
    /// <summary>
    /// Screens them. Where one is edited, all of them leave as the texts they stand for: an array of both is not accepted. The refusal when one cannot be decoded and may not pass.
    /// </summary>
    private Refusal? ScreenTokenArrays(TextScreening screening, ReadOnlySpan<byte> body)
    {
        var texts = new List<byte[]>();
        var edited = false;
        var edits = new List<TextEdit>();
        var text = new ArrayBufferWriter<byte>();
        foreach (var place in _request.TokenArrays)
        {
            text.ResetWrittenCount();
            if (!_engine.Tokens.TryDecode(Numbers(body[place]), _price?.Tokenizer, text))
                return Unscannable("the request holds token numbers of a tokenizer that is not public", "token numbers of a request could not be scanned: their tokenizer is not public");
            var whole = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text.WrittenSpan)); // tokens may cut a character
            edits.Clear();
            screening.Screen(whole, isJson: false, edits);
            edited |= edits.Count > 0;
            texts.Add(edits.Count == 0 ? whole : RawEdits.Apply(whole, edits.ConvertAll(edit => new RawEdit((int)edit.Start, (int)edit.End, edit.Replacement))));
        }
        for (var i = 0; edited && i < texts.Count; i++)
        {
            byte[] json = [(byte)'"', .. JsonEncodedText.Encode(texts[i], JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes, (byte)'"'];
            _edits.Add(new RawEdit(_request.TokenArrays[i].Start.Value, _request.TokenArrays[i].End.Value, json));
        }
        return null;
    }

    private static int[] Numbers(ReadOnlySpan<byte> array)
    {
        var numbers = new List<int>();
        var reader = new Utf8JsonReader(array);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.Number)
                numbers.Add(reader.GetInt32());
        }
        return [.. numbers];
    }
}
