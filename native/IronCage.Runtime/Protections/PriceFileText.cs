using System.Text;
using System.Text.Json;
using IronCage.Cost;

namespace IronCage.Runtime.Protections;

/// <summary>A price file as it was given: what it is called, for messages, and what stands in it.</summary>
/// <param name="Name">A path, or what the host calls it.</param>
/// <param name="Text">Its content, UTF-8.</param>
public sealed record PriceFileText(string Name, byte[] Text)
{
    private const int MostFiles = 100, LongestName = 4096, LongestText = 16 << 20;

    /// <summary>Reads a list of <c>{"name", "text"}</c>.</summary>
    /// <exception cref="ConfigException">It is none.</exception>
    public static IReadOnlyList<PriceFileText> Read(JsonElement value, string name) => OptionsJson.Objects(value, name, MostFiles, static (item, option) =>
    {
        string? called = null, text = null;
        foreach (var property in item.EnumerateObject())
        {
            switch (property.Name)
            {
                case "name": called = OptionsJson.Text(property.Value, $"{option}[name]", LongestName); break;
                case "text": text = OptionsJson.Text(property.Value, $"{option}[text]", LongestText); break;
                default: throw new ConfigException($"{option}[{property.Name}]", "is not accepted; accepted are name and text");
            }
        }
        return called is not null && text is not null
            ? new PriceFileText(called, Encoding.UTF8.GetBytes(text))
            : throw new ConfigException(option, "name and text are required");
    });

    /// <summary>The book of several files; null of none.</summary>
    /// <exception cref="ConfigException">One is no price file: its name, the line, and what is accepted.</exception>
    public static PriceBook? Book(IReadOnlyList<PriceFileText> files, Engine engine)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(engine);
        if (files.Count == 0)
            return null;
        var at = 0;
        try
        {
            return PriceBook.Read([.. files.Select(file => file.Text)], engine.Catalogue, engine.Clock, out at);
        }
        catch (PriceFileException e)
        {
            throw new ConfigException("prices", $"{files[at].Name}, {e.Message}");
        }
    }
}
