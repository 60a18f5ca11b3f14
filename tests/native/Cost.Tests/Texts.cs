using System.Text;

namespace IronCage.Cost.Tests;

/// <summary>Texts of a request, made from strings.</summary>
internal sealed class Texts(string[] texts, string tools = "") : IRequestTexts
{
    public int Asked { get; private set; }
    public int Count => texts.Length;
    public ReadOnlySpan<byte> Tools => Encoding.UTF8.GetBytes(tools);

    public ReadOnlySpan<byte> Text(int index)
    {
        Asked++;
        return Encoding.UTF8.GetBytes(texts[index]);
    }

    public static RequestShape Shape(ModelPrice price, string[] texts, string tools = "", int toolCount = 0) => new()
    {
        Price = price,
        Texts = new Texts(texts, tools),
        TextBytes = texts.Sum(text => (long)Encoding.UTF8.GetByteCount(text)),
        ToolsBytes = Encoding.UTF8.GetByteCount(tools),
        Messages = texts.Length,
        Tools = toolCount,
        Lowerable = true,
        OutputLimit = 1000,
    };
}
