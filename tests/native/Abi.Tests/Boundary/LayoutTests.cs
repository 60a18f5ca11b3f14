using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using IronCage.Abi.Boundary;
using IronCage.Abi.Tests.Support;

namespace IronCage.Abi.Tests.Boundary;

public class LayoutTests
{
    private static readonly (string C, Type Type, (string C, string Name)[] Fields)[] Structs =
    [
        ("ironcage_buffer", typeof(NativeBuffer), [("data", "Data"), ("len", "Length")]),
        ("ironcage_finding", typeof(NativeFinding), [("start", "Start"), ("end", "End"), ("byte_start", "ByteStart"), ("byte_end", "ByteEnd"), ("score", "Score"), ("kind", "Kind"), ("evidence", "Evidence")]),
        ("ironcage_verdict", typeof(NativeVerdict), [("size", "Size"), ("kind", "Kind"), ("call", "Call"), ("flags", "Flags"), ("timeout_ms", "TimeoutMs"), ("body", "Body")]),
    ];

    [Test]
    public void The_structs_have_the_layout_that_the_C_compiler_gives_them()
    {
        var expected = new List<string>();
        var code = "#include <stdio.h>\n#include \"ironcage.h\"\nint main(void) {\n";
        foreach (var (c, type, fields) in Structs)
        {
            Assert.That(type.GetFields(System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic), Has.Length.EqualTo(fields.Length));
            code += $"printf(\"{c} %zu %zu\\n\", sizeof({c}), _Alignof({c}));\n";
            expected.Add(string.Create(CultureInfo.InvariantCulture, $"{c} {Marshal.SizeOf(type)} 8"));
            foreach (var (field, name) in fields)
            {
                code += $"printf(\"{c}.{field} %zu %zu\\n\", offsetof({c}, {field}), sizeof((({c} *)0)->{field}));\n";
                var size = Marshal.SizeOf(type.GetField(name)!.FieldType.IsPointer ? typeof(nint) : type.GetField(name)!.FieldType);
                expected.Add(string.Create(CultureInfo.InvariantCulture, $"{c}.{field} {Marshal.OffsetOf(type, name)} {size}"));
            }
        }
        Assert.That(Compiled(code + "return 0; }\n"), Is.EqualTo(expected));
    }

    private static string[] Compiled(string code)
    {
        var directory = Directory.CreateTempSubdirectory("ironcage-layout-").FullName;
        try
        {
            var (source, program) = (Path.Combine(directory, "layout.c"), Path.Combine(directory, "layout"));
            File.WriteAllText(source, code);
            Run("gcc", "-std=c11", "-Wall", "-Werror", "-I", Path.Combine(Repository.Root, "native/abi"), "-o", program, source);
            return Run(program).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, program);
        return output;
    }
}
