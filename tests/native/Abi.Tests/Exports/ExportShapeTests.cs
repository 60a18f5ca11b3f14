using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using IronCage.Abi.Boundary;
using IronCage.Abi.Tests.Support;

namespace IronCage.Abi.Tests.Exports;

/// <summary>An exception that escapes an export ends the host: every export is one call into the guard and nothing else.</summary>
public partial class ExportShapeTests
{
    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(f => (OpCode)f.GetValue(null)!).ToDictionary(c => c.Value);

    private static IEnumerable<TestCaseData> Exports => typeof(Guard).Assembly.GetTypes()
        .SelectMany(t => t.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
        .Where(m => m.GetCustomAttribute<UnmanagedCallersOnlyAttribute>() is not null)
        .Select(m => new TestCaseData(m).SetArgDisplayNames(m.GetCustomAttribute<UnmanagedCallersOnlyAttribute>()!.EntryPoint!));

    [TestCaseSource(nameof(Exports))]
    public void An_export_runs_nothing_but_one_call_of_the_guard(MethodInfo export)
    {
        var guarded = new List<string>();
        foreach (var called in Calls(export))
        {
            if (called.DeclaringType == typeof(Guard))
                guarded.Add(called.Name);
            else if (called is not ConstructorInfo)
                Assert.Fail($"calls {called.DeclaringType}.{called.Name} outside the guard");
            else if (called.DeclaringType!.GetCustomAttribute<CompilerGeneratedAttribute>() is null && !typeof(Delegate).IsAssignableFrom(called.DeclaringType))
                Assert.Fail($"makes a {called.DeclaringType} outside the guard");
        }
        Assert.That(guarded, Is.EqualTo(new[] { "Run" }).Or.EqualTo(new[] { "Value" }));
        if (export.ReturnType == typeof(int) && export.Name != "AbiVersion")
            Assert.That(guarded, Is.EqualTo(new[] { "Run" }), "what can fail has a status");
    }

    [Test]
    public void The_source_of_an_export_is_one_expression()
    {
        var seen = new List<string>();
        foreach (var file in Repository.Exports)
        {
            var source = File.ReadAllText(file);
            var whole = Whole().Matches(source);
            Assert.That(whole, Has.Count.EqualTo(source.Split("[UnmanagedCallersOnly(").Length - 1), Path.GetFileName(file));
            seen.AddRange(whole.Select(m => m.Groups["name"].Value));
        }
        Assert.That(seen.Order(StringComparer.Ordinal), Is.EqualTo(Repository.Symbols));
    }

    [Test]
    public void Nothing_outside_the_exports_is_exported() => Assert.That(
        Exports.Select(e => ((MethodInfo)e.Arguments[0]!).DeclaringType!.Namespace).Distinct(), Is.EqualTo(new[] { "IronCage.Abi.Exports" }));

    private static IEnumerable<MethodBase> Calls(MethodInfo method)
    {
        var il = method.GetMethodBody()!.GetILAsByteArray()!;
        for (var at = 0; at < il.Length;)
        {
            var value = il[at] == 0xFE ? (short)(0xFE00 | il[at + 1]) : il[at];
            var code = Codes[value];
            at += code.Size;
            if (code.OperandType == OperandType.InlineMethod && code != OpCodes.Ldftn)
                yield return method.Module.ResolveMethod(BitConverter.ToInt32(il, at))!;
            at += code.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(il, at),
                _ => 4,
            };
        }
    }

    [GeneratedRegex("""\[UnmanagedCallersOnly\(EntryPoint = "(?<name>\w+)"\)\]\s+public static [\w*]+ \w+\([^)]*\) =>\s*(\((byte|void)\*\))?Guard\.(Run|Value)\(\(\) =>(?:(?!\[UnmanagedCallersOnly)[\s\S])*?\);\n(?=\n|\})""")]
    private static partial Regex Whole();
}
