using System.Text.Json;
using IronCage.Lang.OpenAi;
using Fields = IronCage.Lang.RequestFields<IronCage.Lang.Completions.CompletionsRequestReader.Field>;

namespace IronCage.Lang.Completions;

/// <summary>Reads a request for legacy completions in one pass over its bytes. What cannot be read with certainty is an error, never a guess.</summary>
public static class CompletionsRequestReader
{
    internal enum Field
    {
        Other,
        Model,
        Stream,
        Prompt,
        N,
        BestOf,
        MaxTokens,
        StreamOptions,
    }

    /// <summary>Reads the body. On failure <paramref name="problem"/> is one line without content of the body.</summary>
    /// <param name="body">The body.</param>
    /// <param name="request">What it says.</param>
    /// <param name="problem">Why it cannot be read.</param>
    /// <param name="model">The model that the URL names, for bodies that name none; null: none.</param>
    public static bool TryRead(ReadOnlySpan<byte> body, out CompletionsRequest request, out string problem, string? model = null)
    {
        request = new CompletionsRequest { Model = model ?? "" };
        if (!Fields.TryRead(body, request, ReadField, out problem))
            return false;
        var prompts = Math.Max(1, request.Messages);
        request.Answers = request.Answers * prompts;
        request.Choices = Math.Max(request.Choices * prompts, request.Answers);
        return true;
    }

    private static string? ReadField(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, CompletionsRequest request, Field field, TextSpan name)
    {
        switch (field)
        {
            case Field.Model:
                var wrong = RequestValue.Model(ref reader, request);
                VendorFields.JudgeModel(request);
                return wrong;
            case Field.Stream:
                return RequestValue.Stream(ref reader, request);
            case Field.Prompt:
                return TokenInput.Read(ref reader, body, request) ? null : TokenInput.Accepted;
            case Field.N or Field.BestOf:
                var choices = new ChatRequest();
                if (!ChatRequestReader.ReadChoices(ref reader, choices))
                    return "an integer from 1 to 128";
                if (field == Field.N)
                    request.Answers = choices.Choices;
                else
                    request.Choices = choices.Choices;
                return null;
            case Field.MaxTokens:
                return RequestValue.Limit(ref reader, request, "max_tokens", name);
            case Field.StreamOptions:
                ChatRequestReader.ReadStreamOptions(ref reader, request);
                return null;
        }
        VendorFields.Judge(reader, body[name.Start..name.End], name.Escaped, request);
        TextWalker.Collect(ref reader, body, request, body[name.Start..name.End]);
        return null;
    }
}
