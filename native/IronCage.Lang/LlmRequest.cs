using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace IronCage.Lang;

/// <summary>
/// What a request to a model says, in any protocol, with the places of everything that may be rewritten. The body itself stays with the caller.
/// Protocols add what only they need.
/// </summary>
public class LlmRequest
{
    /// <summary>The model of requests that fetch what was answered before: which it was is the answer's to say.</summary>
    public const string StoredModel = "(stored)";

    /// <summary>A request that fetches what was answered before.</summary>
    /// <param name="streams">It asks for it as a stream.</param>
    public static LlmRequest Stored(bool streams) => new() { Model = StoredModel, Stream = streams, AsksForUsage = true };

    /// <summary>The model's name as it stands in the body.</summary>
    public string Model { get; internal set; } = "";

    /// <summary>Where it stands in the body; empty where the body names none.</summary>
    public TextSpan ModelPlace { get; internal set; }

    public bool Stream { get; internal set; }

    /// <summary>A streamed answer will carry its usage without our asking.</summary>
    public bool AsksForUsage { get; internal set; }

    /// <summary>Choices asked for, at least 1.</summary>
    public int Choices { get; internal set; } = 1;

    /// <summary>The highest output limit in the body, or null.</summary>
    public long? OutputLimit { get; internal set; }

    /// <summary>Every text of the request that is screened and may be rewritten, in the order of the body.</summary>
    public List<TextSpan> Texts { get; } = [];

    /// <summary>Texts that are screened but must stay as they are: the provider wrote or signed them, and refuses a request in which one was changed.</summary>
    public List<TextSpan> Signed { get; } = [];

    /// <summary>Of <see cref="Texts"/>, by their <see cref="TextSpan.Start"/>, those that are JSON themselves: arguments of tools.</summary>
    public HashSet<int> JsonTexts { get; } = [];

    /// <summary>Strings that the model reads in a form that nobody else can: counted, not screened.</summary>
    public List<TextSpan> Opaque { get; } = [];

    /// <summary>Arrays of token numbers, which are texts to those who have the model's tokenizer.</summary>
    public List<Range> TokenArrays { get; } = [];

    public int Messages { get; internal set; }

    /// <summary>Raw bytes of all these texts, an upper bound of their UTF-8 length.</summary>
    public long TextBytes { get; internal set; }

    public int Tools { get; internal set; }

    /// <summary>Raw bytes of what counts with its structure: definitions of tools and answer formats, inputs of tools that are no strings.</summary>
    public long ToolsBytes { get; internal set; }

    /// <summary>The places of all that in the body, for exact counting.</summary>
    public List<Range> Definitions { get; } = [];

    /// <summary>Upper bound of the tokens that the provider adds for features of this request and that the body does not show.</summary>
    public long HiddenTokens { get; internal set; }

    public int Images { get; internal set; }

    /// <summary>Parts whose size in tokens the body does not tell: files, audio, unknown part types.</summary>
    public int UnboundedParts { get; internal set; }

    /// <summary>Parts that no one here can read: images, audio, files.</summary>
    public int UnscannableParts { get; internal set; }

    /// <summary>Bytes of a prediction: rejected prediction tokens are billed as output.</summary>
    public long PredictionBytes { get; internal set; }

    /// <summary>Upper bound of the searches that this request is billed for, in protocols that sell them by the piece.</summary>
    public long Searches { get; internal set; }

    /// <summary>A message holds audio, which has a price of its own.</summary>
    public bool SendsAudio { get; internal set; }

    /// <summary>The answer may be audio, which has a price of its own.</summary>
    public bool AsksForAudio { get; internal set; }

    /// <summary>The answer is the request's text, spoken: audio out, none in.</summary>
    public bool AsksForSpeech { get; internal set; }

    /// <summary>The answer is images, which have a price of their own. <see cref="OutputLimit"/> is what one of them has at most.</summary>
    public bool AsksForImages { get; internal set; }

    /// <summary>The protocol has no field for an output limit: it cannot be lowered.</summary>
    public bool HasFixedOutput { get; internal set; }

    /// <summary>Which writes to the provider's prompt cache this request can cause.</summary>
    public PromptCaching Caching { get; internal set; }

    /// <summary>Whether this request thinks in tokens that may not be shown; null: as its model does.</summary>
    public bool? Reasoning { get; internal set; }

    /// <summary>The tokens set aside for thinking, part of the output limit; 0: none, or not said.</summary>
    public long ThinkingTokens { get; internal set; }

    /// <summary>A feature whose price the catalogue cannot know (a service tier above the default, web search); null if none.</summary>
    public string? UnpricedFeature { get; internal set; }

    /// <summary>Tools that the provider runs by itself when the model wants them, by the names that answers have for them.</summary>
    public List<string> HostedTools { get; } = [];

    /// <summary>The last text of the messages; null where there are none.</summary>
    public TextSpan? LastMessageText
    {
        get
        {
            var at = Texts.FindLastIndex(text => text.Start < _messagesEnd);
            return at < 0 ? null : Texts[at];
        }
    }

    /// <summary>What else the request asks for, beside its body: as <see cref="UnpricedFeature"/>.</summary>
    public void NoteFeature(string feature) => UnpricedFeature ??= feature;

    /// <summary>A feature with which the provider asks the model any number of times; null if none.</summary>
    public string? UnboundedFeature { get; internal set; }

    /// <summary>The string or property name at the reader is a text of the request.</summary>
    internal void AddText(ref Utf8JsonReader reader, List<TextSpan>? into = null)
    {
        (into ?? Texts).Add(BodyString.Place(ref reader));
        TextBytes += reader.ValueSpan.Length;
    }

    /// <summary>The string at the reader as a text in base64; false, and nothing added, when it is none.</summary>
    internal bool TryAddEncodedText(ref Utf8JsonReader reader, bool isJson = false)
    {
        var place = BodyString.Place(ref reader) with { IsBase64 = true };
        if (TextSpan.DecodedText(reader.ValueSpan, reader.ValueIsEscaped) is null)
            return false;
        Texts.Add(place);
        TextBytes += reader.ValueSpan.Length;
        if (isJson)
            JsonTexts.Add(place.Start);
        return true;
    }

    /// <summary>The property name at the reader, if it may itself be data.</summary>
    internal void AddTellingName(ref Utf8JsonReader reader)
    {
        if (reader.ValueIsEscaped || BodyString.IsTellingName(reader.ValueSpan))
            AddText(ref reader);
    }

    /// <summary>A string that must stay as it is. Only what really is encoded escapes the screening: anything else would be readable on its way.</summary>
    internal void AddUnchanged(ref Utf8JsonReader reader) => AddText(ref reader, BodyString.IsEncodedBytes("data"u8, reader.ValueSpan) ? Opaque : Signed);

    /// <summary>What the model reads with all its structure counts as a whole; its texts must not count twice.</summary>
    /// <param name="place">Where it stands in the body.</param>
    /// <param name="textsBefore"><see cref="TextBytes"/> before it was read.</param>
    internal void CountWhole(Range place, long textsBefore)
    {
        ToolsBytes += place.End.Value - place.Start.Value;
        TextBytes = textsBefore;
        Definitions.Add(place);
    }

    /// <summary>The model at the reader.</summary>
    internal void SetModel(string model, ref Utf8JsonReader reader) => (Model, ModelPlace) = (model, BodyString.Place(ref reader));

    /// <summary>Where the array of messages ends.</summary>
    /// <param name="bracket">The place of its last bracket.</param>
    /// <param name="isEmpty">Nothing stands in it.</param>
    internal void EndMessages(int bracket, bool isEmpty) => (_messagesEnd, _hasMessages) = (bracket, !isEmpty);

    private int _messagesEnd = -1;
    private bool _hasMessages;

    internal List<Range> OutputLimitValues { get; } = [];

    /// <summary>The fields of <see cref="OutputLimitValues"/>, and where their names stand; empty in protocols that have only one.</summary>
    internal List<(string Field, TextSpan Name)> OutputLimitFields { get; } = [];
    internal List<(string Field, Range Place)> NullLimits { get; } = [];
    internal int BodyStart { get; set; }

    /// <summary>
    /// The edits that lower the output limit to <paramref name="limit"/> tokens in the field that the body uses; where it uses none, in <paramref name="field"/>, which is what
    /// the model accepts (null: the protocol's own).
    /// </summary>
    public virtual void LimitOutput(long limit, string? field, List<RawEdit> into)
    {
        field ??= "max_tokens";
        var digits = Encoding.ASCII.GetBytes(limit.ToString(CultureInfo.InvariantCulture));
        foreach (var value in OutputLimitValues)
            into.Add(new RawEdit(value.Start.Value, value.End.Value, digits));
        if (OutputLimitValues.Count > 0)
            return;
        var given = NullLimits.FindIndex(n => n.Field == field);
        if (given >= 0)
            into.Add(new RawEdit(NullLimits[given].Place.Start.Value, NullLimits[given].Place.End.Value, digits));
        else
            into.Add(new RawEdit(BodyStart, BodyStart, Encoding.UTF8.GetBytes(FormattableString.Invariant($"\"{field}\":{limit},"))));
    }

    /// <summary>The edit that puts another model in the place of <see cref="Model"/>.</summary>
    /// <param name="model">The name as text: it is escaped as JSON wants it.</param>
    /// <param name="into">Receives the edit.</param>
    public void ReplaceModel(string model, List<RawEdit> into)
    {
        ArgumentNullException.ThrowIfNull(into);
        into.Add(new RawEdit(ModelPlace.Start, ModelPlace.End, Escaped(model)));
    }

    /// <summary>
    /// The edit that moves an output limit into the field that another model accepts: OpenAI's reasoning models refuse <c>max_tokens</c>. None where the body has no limit, has
    /// several, or has it there already.
    /// </summary>
    /// <param name="field">As of <see cref="LimitOutput"/>; null: whichever the body uses.</param>
    /// <param name="into">Receives the edit.</param>
    public virtual void MoveLimit(string? field, List<RawEdit> into)
    {
        ArgumentNullException.ThrowIfNull(into);
        if (field == "max_completion_tokens" && OutputLimitFields is [var (used, name)] && used != field && !NullLimits.Exists(limit => limit.Field == field))
            into.Add(new RawEdit(name.Start, name.End, Encoding.ASCII.GetBytes(field)));
    }

    /// <summary>The edits that append a message of the user to the messages; false, and no edit, where the body has none.</summary>
    /// <param name="text">What it says: escaped as JSON wants it.</param>
    /// <param name="into">Receives the edits.</param>
    public virtual bool TryAppendMessage(string text, List<RawEdit> into)
    {
        ArgumentNullException.ThrowIfNull(into);
        if (_messagesEnd < 0)
            return false;
        into.Add(new RawEdit(_messagesEnd, _messagesEnd, (byte[])[.. _hasMessages ? ","u8 : [], .. UserMessage(text)]));
        return true;
    }

    /// <summary>A message of the user, as all protocols take it.</summary>
    private protected virtual byte[] UserMessage(string text) => [.. "{\"role\":\"user\",\"content\":\""u8, .. Escaped(text), .. "\"}"u8];

    private static byte[] Escaped(string text) => JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes.ToArray();

    /// <summary>The edits that make a streamed answer carry its usage; none where it does anyway.</summary>
    public virtual void AskForUsage(List<RawEdit> into)
    {
    }
}
