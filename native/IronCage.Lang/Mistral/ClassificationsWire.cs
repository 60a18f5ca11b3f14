using System.Text.Json;
using IronCage.Lang.Hosts;
using IronCage.Lang.OpenAi;
using Fields = IronCage.Lang.RequestFields<IronCage.Lang.Mistral.ClassificationsWire.Field>;

namespace IronCage.Lang.Mistral;

/// <summary>Mistral's moderations and classifications, of texts and of conversations: texts leave, and the input is charged, unlike at OpenAI.</summary>
internal sealed class ClassificationsWire : OpenAiWire
{
    public static readonly ClassificationsWire Instance = new();

    internal enum Field
    {
        Other,
        Model,
    }

    public override string Understands => "moderations and classifications";

    public override string Operation => "classification";

    public override Endpoint EndpointOf(ReadOnlySpan<byte> path) => path.EndsWith("/moderations"u8) || path.EndsWith("/classifications"u8) ? Endpoint.Generate : Endpoint.Unread;

    public override bool TryReadRequest(ReadOnlySpan<byte> body, string? model, out LlmRequest request, out string problem)
    {
        request = new LlmRequest { OutputLimit = 0, Reasoning = false, Caching = PromptCaching.None };
        return Fields.TryRead(body, request, ReadField, out problem);
    }

    private static string? ReadField(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, LlmRequest request, Field field, TextSpan name)
    {
        if (field == Field.Model)
            return RequestValue.Model(ref reader, request);
        request.Messages += CountObjects(reader);
        TextWalker.Collect(ref reader, body, request, body[name.Start..name.End]);
        return null;
    }

    /// <summary>Each text, message or conversation has a frame of its own. By value: the caller's reader stays.</summary>
    private static int CountObjects(Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            return 1;
        var count = 0;
        for (var depth = reader.CurrentDepth; reader.Read() && reader.CurrentDepth > depth;)
            count += reader.TokenType is JsonTokenType.StartObject or JsonTokenType.String ? 1 : 0;
        return count;
    }
}
