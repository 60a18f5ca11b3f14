using System.Text.Json;

namespace IronCage.Lang;

/// <summary>Reads one property of a whole answer, from its name to the end of its value.</summary>
internal delegate void AnswerPropertyReader(ref Utf8JsonReader reader, int offset, LlmAnswer answer);
