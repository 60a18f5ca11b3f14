using System.Text;
using System.Text.Json;

namespace IronCage.Lang.Ollama;

/// <summary>A refusal in the shape of Ollama's own errors.</summary>
public static class RefusalBody
{
    /// <summary>The JSON text: <c>{"error": MESSAGE, "code"}</c>.</summary>
    public static string Write(string message, string code)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("error", message);
            writer.WriteString("code", code);
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
