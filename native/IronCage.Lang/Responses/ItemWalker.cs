using System.Text.Json;

namespace IronCage.Lang.Responses;

/// <summary>Collects the texts of input items, and what of them cannot be read as text.</summary>
internal static class ItemWalker
{
    /// <summary>A text, or an array of items.</summary>
    public static void Input(ref Utf8JsonReader reader, ResponsesRequest request)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            if (reader.TokenType == JsonTokenType.String)
                request.Messages++;
            Any(ref reader, request, default);
            return;
        }
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            request.Messages++;
            if (reader.TokenType == JsonTokenType.StartObject)
                Item(ref reader, request);
            else
                Any(ref reader, request, default);
        }
    }

    private static void Item(ref Utf8JsonReader reader, ResponsesRequest request)
    {
        var type = ItemType.Of(reader) ?? "message";
        Media(type, request);
        var start = (int)reader.TokenStartIndex;
        var textsBefore = request.TextBytes;
        Texts(ref reader, request, type);
        if (IsPlain(type))
            return;
        // What tools found or may do is read by the model with all its structure, and so it counts as a whole.
        request.CountWhole(start..(int)reader.BytesConsumed, textsBefore);
    }

    /// <summary>Items of which only the texts count.</summary>
    private static bool IsPlain(string type) =>
        type is "message" or "reasoning" or "compaction" or "function_call" or "function_call_output" or "custom_tool_call" or "custom_tool_call_output" or "computer_call_output"
            or "image_generation_call" or "item_reference";

    private static void Texts(ref Utf8JsonReader reader, ResponsesRequest request, string type)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            request.AddTellingName(ref reader);
            reader.Read();
            if (name.SequenceEqual("encrypted_content"u8) && reader.TokenType == JsonTokenType.String)
                request.AddUnchanged(ref reader);
            else if (type == "reasoning")
                Signed(ref reader, request);
            else if (name.SequenceEqual("content"u8) || name.SequenceEqual("output"u8))
                Content(ref reader, request);
            else if (name.SequenceEqual("result"u8) && reader.TokenType == JsonTokenType.String && BodyString.IsEncodedBytes("data"u8, reader.ValueSpan))
                continue; // an image that was generated before: bounded as one
            else
                Any(ref reader, request, name);
        }
    }

    /// <summary>What an item is beside its texts.</summary>
    private static void Media(string type, ResponsesRequest request)
    {
        switch (type)
        {
            case "message" or "function_call" or "function_call_output" or "custom_tool_call" or "custom_tool_call_output" or "reasoning" or "local_shell_call" or "local_shell_call_output":
            case "shell_call" or "shell_call_output" or "apply_patch_call" or "apply_patch_call_output" or "computer_call" or "web_search_call" or "file_search_call":
            case "code_interpreter_call" or "mcp_list_tools" or "mcp_approval_request" or "mcp_approval_response" or "mcp_call" or "tool_search_call" or "tool_search_output":
            case "compaction" or "computer_call_output":
                return;
            case "image_generation_call":
                request.Images++;
                request.UnscannableParts++;
                return;
            case "item_reference": // an item that the provider keeps
                request.UnboundedParts++;
                return;
            default:
                request.UnboundedParts++;
                request.UnscannableParts++;
                return;
        }
    }

    /// <summary>A text, a part, or an array of parts.</summary>
    private static void Content(ref Utf8JsonReader reader, ResponsesRequest request)
    {
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                Content(ref reader, request);
        }
        else if (reader.TokenType == JsonTokenType.StartObject)
        {
            Part(ref reader, request);
        }
        else
        {
            Any(ref reader, request, default);
        }
    }

    private static void Part(ref Utf8JsonReader reader, ResponsesRequest request)
    {
        switch (ItemType.Of(reader))
        {
            case "input_text" or "output_text" or "text" or "refusal" or "summary_text" or "reasoning_text" or "logs":
            case null: // results of shells have no type
                break;
            case "input_image" or "computer_screenshot" or "image":
                request.Images++;
                request.UnscannableParts++;
                break;
            case var type:
                request.UnboundedParts++;
                request.UnscannableParts++;
                request.SendsAudio |= type == "input_audio";
                break;
        }
        Any(ref reader, request, default);
    }

    /// <summary>What the provider wrote and may have signed.</summary>
    private static void Signed(ref Utf8JsonReader reader, ResponsesRequest request)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String when reader.ValueSpan.Length > 0:
                request.AddText(ref reader, request.Signed);
                break;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    Signed(ref reader, request);
                break;
            case JsonTokenType.StartObject:
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    reader.Read();
                    Signed(ref reader, request);
                }
                break;
        }
    }

    /// <summary>Any value: every string is a text.</summary>
    /// <param name="reader">At the value; afterwards on its last token.</param>
    /// <param name="request">Receives what is found.</param>
    /// <param name="name">The property.</param>
    public static void Any(ref Utf8JsonReader reader, ResponsesRequest request, ReadOnlySpan<byte> name)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String when reader.ValueSpan.Length > 0 && !BodyString.IsEncodedBytes(name, reader.ValueSpan):
                request.AddText(ref reader);
                if (name.SequenceEqual("arguments"u8))
                    request.JsonTexts.Add(request.Texts[^1].Start);
                break;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    Any(ref reader, request, name);
                break;
            case JsonTokenType.StartObject:
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var property = reader.ValueSpan;
                    request.AddTellingName(ref reader);
                    reader.Read();
                    Any(ref reader, request, property);
                }
                break;
        }
    }
}
