using System.Text;
using System.Text.Json;

namespace IronCage.Lang.Cohere;

/// <summary>A refusal in the shape of Cohere's own errors.</summary>
public static class RefusalBody
{
    /// <summary>The JSON text: <c>{"message", "code"}</c>.</summary>
    public static string Write(string message, string code)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("message", message);
            writer.WriteString("code", code);
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
