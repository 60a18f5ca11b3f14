using System.Text.Json;

namespace IronCage.Lang;

/// <summary>What a whole answer says, in any protocol.</summary>
public sealed class LlmAnswer
{
    /// <summary>The usage it bills; null when absent or impossible.</summary>
    public WireUsage? Usage { get; internal set; }

    private Dictionary<long, TextRun>? _runs;

    /// <summary>The run of a key, made when it is asked for first.</summary>
    internal TextRun RunOf(long key, TextUse use)
    {
        if ((_runs ??= []).TryGetValue(key, out var run))
            return run;
        Runs.Add(_runs[key] = run = new TextRun(use));
        return run;
    }

    /// <summary>Searches that stand among the answer's items.</summary>
    internal long Searches { get; set; }

    /// <summary>The model that answered, where the protocol tells one beside the request's; null when it does not.</summary>
    public string? Model { get; internal set; }

    /// <summary>Every string of the answer that is to be screened.</summary>
    public List<TextSpan> Texts { get; } = [];

    /// <summary>Texts that are to be screened, too, and stand in the answer in pieces; these are none of <see cref="Texts"/>.</summary>
    public List<TextRun> Runs { get; } = [];

    /// <summary>Those that the model wrote and the provider bills: content, refusals, reasoning, tool arguments.</summary>
    public List<TextSpan> Contents { get; } = [];

    /// <summary>Those that the provider signed: a changed one is refused when it comes back with a later request. Part of <see cref="Texts"/> is none of them.</summary>
    public List<TextSpan> Signed { get; } = [];

    /// <summary>What those of <see cref="Texts"/> are for that are for somebody, by their <see cref="TextSpan.Start"/>; all others are <see cref="TextRole.Other"/>.</summary>
    public Dictionary<int, TextUse> Uses { get; } = [];

    /// <summary>The tools that the answer uses, in order, those that the provider ran included.</summary>
    public List<ToolCall> ToolCalls { get; } = [];

    /// <summary>The tool that the object at the reader uses.</summary>
    /// <returns>Its name.</returns>
    internal string? AddToolCall(in Utf8JsonReader reader, int offset, string? name = null)
    {
        var use = ToolUse.Of(reader, offset);
        ToolCalls.Add(new ToolCall(name ?? use.Name, use.Arguments));
        return use.Name;
    }

    /// <summary>The texts of what a tool is used with, at the reader: the model's own structure, in which the names of the protocol mean nothing.</summary>
    internal void AddToolInput(ref Utf8JsonReader reader, int offset, string? tool)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String when reader.ValueSpan.Length > 0:
                var text = BodyString.Place(ref reader, offset);
                Texts.Add(text);
                Contents.Add(text);
                Uses[text.Start] = new TextUse(TextRole.ToolInput, tool);
                return;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    AddToolInput(ref reader, offset, tool);
                return;
            case JsonTokenType.StartObject:
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    reader.Read();
                    AddToolInput(ref reader, offset, tool);
                }
                return;
        }
    }

    /// <summary>Places of <c>logprobs</c> values, which repeat the content token by token.</summary>
    public List<Range> LogProbabilities { get; } = [];

    /// <summary>Something was charged whose price the catalogue does not have: a service tier above the default, tools that the provider runs.</summary>
    public bool HasExtraCharge { get; internal set; }
}
