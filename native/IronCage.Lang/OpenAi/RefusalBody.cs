using System.Text;
using System.Text.Json;

namespace IronCage.Lang.OpenAi;

/// <summary>A refusal in the shape of OpenAI's own errors, so that SDKs show its message instead of failing to parse.</summary>
public static class RefusalBody
{
    /// <summary>The JSON text: <c>{"error": {"message", "type": "iron_cage_refusal", "param": null, "code"}}</c>.</summary>
    public static string Write(string message, string code)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("error");
            writer.WriteString("message", message);
            writer.WriteString("type", "iron_cage_refusal");
            writer.WriteNull("param");
            writer.WriteString("code", code);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
