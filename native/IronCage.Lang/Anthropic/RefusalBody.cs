using System.Text;
using System.Text.Json;

namespace IronCage.Lang.Anthropic;

/// <summary>A refusal in the shape of Anthropic's own errors.</summary>
public static class RefusalBody
{
    /// <summary>The JSON text: <c>{"type": "error", "error": {"type", "message", "code"}}</c>; the type is the one that the API has for this status.</summary>
    public static string Write(string message, string code, int status)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("type", "error");
            writer.WriteStartObject("error");
            writer.WriteString("type", TypeOf(status));
            writer.WriteString("message", message);
            writer.WriteString("code", code);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static string TypeOf(int status) => status switch
    {
        402 => "billing_error",
        403 => "permission_error",
        _ => "api_error",
    };
}
