using System.Text.Json;
using IronCage.Lang.Hosts;
using IronCage.Lang.OpenAi;
using Fields = IronCage.Lang.RequestFields<IronCage.Lang.Moderations.ModerationsWire.Field>;

namespace IronCage.Lang.Moderations;

/// <summary>OpenAI's moderations: texts leave, and nothing is charged.</summary>
internal sealed class ModerationsWire : OpenAiWire
{
    public static readonly ModerationsWire Instance = new();

    internal enum Field
    {
        Other,
        Model,
    }

    public override string Understands => "moderations";

    public override string Operation => "moderation";

    public override Endpoint EndpointOf(ReadOnlySpan<byte> path) => path.EndsWith("/moderations"u8) ? Endpoint.Free : Endpoint.Unread;

    public override bool TryReadRequest(ReadOnlySpan<byte> body, string? model, out LlmRequest request, out string problem)
    {
        request = new LlmRequest { Model = "omni-moderation-latest", OutputLimit = 0 }; // the one that is taken where none is named
        return Fields.TryRead(body, request, ReadField, out problem);
    }

    private static string? ReadField(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, LlmRequest request, Field field, TextSpan name)
    {
        if (field == Field.Model && reader.ValueSpan.Length is > 0 and <= BodyString.MaxModelName && ReaderText.Read(ref reader) is { } model)
            request.Model = model;
        else
            TextWalker.Collect(ref reader, body, request, body[name.Start..name.End]);
        return null;
    }
}
