using System.Text;
using System.Text.Json;

namespace IronCage.Lang.Gemini;

/// <summary>A refusal in the shape of Google's own errors.</summary>
public static class RefusalBody
{
    /// <summary>The JSON text: <c>{"error": {"code", "message", "status", "details"}}</c>; the status is the one that Google's APIs have for the code.</summary>
    public static string Write(string message, string code, int status)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("error");
            writer.WriteNumber("code", status);
            writer.WriteString("message", message);
            writer.WriteString("status", status switch
            {
                402 => "FAILED_PRECONDITION",
                403 => "PERMISSION_DENIED",
                503 => "UNAVAILABLE",
                _ => "ABORTED",
            });
            writer.WriteStartArray("details");
            writer.WriteStartObject();
            writer.WriteString("@type", "type.googleapis.com/google.rpc.ErrorInfo");
            writer.WriteString("reason", code);
            writer.WriteString("domain", "iron_cage");
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
