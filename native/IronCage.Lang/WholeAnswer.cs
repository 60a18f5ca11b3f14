using System.Text.Json;
using IronCage.Lang.Streams;

namespace IronCage.Lang;

/// <summary>Whole answers of protocols in which they look like an event of a stream: what that says is what they say.</summary>
internal static class WholeAnswer
{
    /// <summary>What reads an event, as of <see cref="LlmStream"/>.</summary>
    public delegate bool EventReader(ReadOnlySpan<byte> data, int offset, StreamReading reading);

    /// <summary>Reads; false when the body is not (or not wholly) one JSON object, with what was found before.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, EventReader read, out LlmAnswer answer)
    {
        answer = new LlmAnswer();
        var reading = new StreamReading();
        var offset = body.StartsWith("\uFEFF"u8) ? 3 : 0;
        var isRead = read(body[offset..], offset, reading);
        answer.Model = reading.Model;
        answer.Usage = reading.Usage;
        answer.HasExtraCharge = reading.HasExtraCharge;
        answer.LogProbabilities.AddRange(reading.LogProbabilities);
        foreach (var tool in reading.Tools)
            answer.ToolCalls.Add(new ToolCall(tool.Name, tool.Arguments));
        foreach (var segment in reading.Segments)
        {
            var use = segment.Use;
            if (segment.Tool != 0)
            {
                var at = reading.Tools.FindIndex(tool => tool.Key == segment.Tool);
                if (at < 0)
                    answer.ToolCalls.Add(new ToolCall(null, segment.Place.Start..segment.Place.End)); // it is used, whatever its name
                use = use with { Tool = at < 0 ? null : reading.Tools[at].Name };
            }
            answer.Texts.Add(segment.Place);
            if (segment.Grows || use.Role == TextRole.ToolInput)
                answer.Contents.Add(segment.Place);
            if (use.Role != TextRole.Other || use.IsRepeat)
                answer.Uses[segment.Place.Start] = use;
        }
        return isRead;
    }

    /// <summary>Runs a reader of JSON over the data of an event; false when they are not one object.</summary>
    public static bool IsObject(ReadOnlySpan<byte> data, out Utf8JsonReader reader)
    {
        reader = new Utf8JsonReader(data, new JsonReaderOptions { MaxDepth = BodyString.MaxDepth });
        return reader.Read() && reader.TokenType == JsonTokenType.StartObject;
    }
}
