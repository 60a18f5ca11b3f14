using System.Text;

namespace IronCage.Lang.Media;

/// <summary>A request whose answer is an image or audio, or that sends audio to be written down. What comes back has no limit that the request could lower.</summary>
public sealed class MediaRequest : LlmRequest
{
    internal MediaRequest(string? model)
    {
        Model = model ?? "";
        HasFixedOutput = true;
        AsksForUsage = true; // their streams tell it unasked
        Reasoning = false;
        Caching = PromptCaching.None;
    }

    /// <summary>Adds a field of a form as a text.</summary>
    internal void AddField(Range content)
    {
        Texts.Add(new TextSpan(content.Start.Value, content.End.Value, Escaped: false));
        TextBytes += content.End.Value - content.Start.Value;
    }

    /// <summary>The model that a field of a form names.</summary>
    /// <returns>What it should have been; null when it is that.</returns>
    internal string? SetModel(ReadOnlySpan<byte> body, Range content)
    {
        if (content.End.Value - content.Start.Value > BodyString.MaxModelName)
            return $"a text of at most {BodyString.MaxModelName} bytes";
        (Model, ModelPlace) = (Encoding.UTF8.GetString(body[content]), new TextSpan(content.Start.Value, content.End.Value, Escaped: false));
        return null;
    }
}
