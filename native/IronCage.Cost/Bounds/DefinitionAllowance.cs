using System.Text.Json;

namespace IronCage.Cost;

/// <summary>
/// What definitions of tools can cost beyond the tokens of their JSON. OpenAI shows them to the model in a form of its own, in which a value of an enumeration costs three
/// tokens beside its own and a property three beside its name, type and description (OpenAI cookbook, "How to count tokens with tiktoken", for gpt-4o, gpt-4 and gpt-3.5).
/// JSON without spaces may spend one and a half (<c>"a",</c>) and four (<c>"a":{},</c>): with hundreds of values its count would be below the bill.
/// </summary>
internal static class DefinitionAllowance
{
    /// <summary>For each value of an <c>enum</c>: what the form costs, and one for a value that JSON's own signs swallow.</summary>
    public const int TokensPerValue = 4;

    /// <summary>For each property of an object.</summary>
    public const int TokensPerProperty = 3;

    // As deep as requests are read.
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 256, AllowMultipleValues = true };

    /// <summary>The allowance for definitions, one JSON value after another. What cannot be read is allowed a token a byte.</summary>
    public static long Of(ReadOnlySpan<byte> definitions)
    {
        long properties = 0, values = 0;
        try
        {
            var reader = new Utf8JsonReader(definitions, Options);
            int enumDepth = -1;
            // Whether the object or array at a depth is the value of "properties": its names are those of properties then, whatever they are.
            Span<bool> holdsProperties = stackalloc bool[Options.MaxDepth + 2];
            var next = default(Keyword);
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        if (holdsProperties[reader.CurrentDepth - 1])
                        {
                            properties++;
                            next = default;
                            continue;
                        }
                        next = reader.ValueTextEquals("properties"u8) ? Keyword.Properties : reader.ValueTextEquals("enum"u8) ? Keyword.Enum : default;
                        continue;
                    case JsonTokenType.StartObject:
                        holdsProperties[reader.CurrentDepth] = next == Keyword.Properties;
                        break;
                    case JsonTokenType.StartArray:
                        holdsProperties[reader.CurrentDepth] = false;
                        if (next == Keyword.Enum && enumDepth < 0)
                            enumDepth = reader.CurrentDepth;
                        break;
                    case JsonTokenType.EndArray when reader.CurrentDepth == enumDepth:
                        enumDepth = -1;
                        break;
                }
                if (enumDepth >= 0 && reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject or JsonTokenType.EndArray or JsonTokenType.EndObject))
                    values++;
                next = default;
            }
        }
        catch (JsonException)
        {
            return definitions.Length;
        }
        return values * TokensPerValue + properties * TokensPerProperty;
    }

    private enum Keyword
    {
        None = 0,
        Properties,
        Enum,
    }
}
