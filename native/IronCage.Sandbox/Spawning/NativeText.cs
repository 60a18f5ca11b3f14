using System.Text;

namespace IronCage.Sandbox.Spawning;

/// <summary>Texts as the kernel takes them.</summary>
internal static class NativeText
{
    /// <summary>UTF-8 with a NUL.</summary>
    public static byte[] Of(string text) => Encoding.UTF8.GetBytes(text + "\0");

    /// <summary>Texts one after another, each with its NUL.</summary>
    public static byte[] Block(IEnumerable<string> texts) => Encoding.UTF8.GetBytes(string.Concat(texts.Select(text => text + "\0")));
}
