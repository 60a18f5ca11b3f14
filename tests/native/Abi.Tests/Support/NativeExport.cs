using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.InteropServices;
using IronCage.Abi.Boundary;

namespace IronCage.Abi.Tests.Support;

/// <summary>An export as a host without its declaration sees it: an address that takes words.</summary>
internal sealed class NativeExport
{
    private readonly Func<nint[], long> _call;

    private NativeExport(MethodInfo method)
    {
        Name = method.GetCustomAttribute<UnmanagedCallersOnlyAttribute>()!.EntryPoint!;
        Parameters = method.GetParameters();
        HasStatus = method.ReturnType == typeof(int) && Name != "ironcage_abi_version";
        var types = Parameters.Select(p => p.ParameterType.IsPointer ? typeof(nint) : p.ParameterType).ToArray();
        var result = method.ReturnType.IsPointer ? typeof(nint) : method.ReturnType;
        var thunk = new DynamicMethod(Name, typeof(long), [typeof(nint[])], typeof(NativeExport).Module, skipVisibility: true);
        var code = thunk.GetILGenerator();
        for (var i = 0; i < types.Length; i++)
        {
            code.Emit(OpCodes.Ldarg_0);
            code.Emit(OpCodes.Ldc_I4, i);
            code.Emit(OpCodes.Ldelem_I);
            code.Emit(Narrowed(types[i]));
        }
        code.Emit(OpCodes.Ldc_I8, (long)method.MethodHandle.GetFunctionPointer());
        code.Emit(OpCodes.Conv_I);
        code.EmitCalli(OpCodes.Calli, CallingConvention.Cdecl, result, types);
        if (result == typeof(void))
            code.Emit(OpCodes.Ldc_I4_0);
        code.Emit(OpCodes.Conv_I8);
        code.Emit(OpCodes.Ret);
        _call = thunk.CreateDelegate<Func<nint[], long>>();
    }

    public static IReadOnlyList<NativeExport> All { get; } = typeof(Guard).Assembly.GetTypes()
        .SelectMany(t => t.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
        .Where(m => m.GetCustomAttribute<UnmanagedCallersOnlyAttribute>() is not null)
        .Select(m => new NativeExport(m)).OrderBy(e => e.Name, StringComparer.Ordinal).ToList();

    public string Name { get; }
    public ParameterInfo[] Parameters { get; }
    public bool HasStatus { get; }

    public long Call(nint[] arguments) => _call(arguments);

    public override string ToString() => Name;

    private static OpCode Narrowed(Type type) => type switch
    {
        _ when type == typeof(int) => OpCodes.Conv_I4,
        _ when type == typeof(uint) => OpCodes.Conv_U4,
        _ when type == typeof(byte) => OpCodes.Conv_U1,
        _ when type == typeof(long) => OpCodes.Conv_I8,
        _ when type == typeof(ulong) => OpCodes.Conv_U8,
        _ when type == typeof(nint) => OpCodes.Conv_I,
        _ when type == typeof(nuint) => OpCodes.Conv_U,
        _ => throw new AssertionException($"{type} has no place in an export"),
    };
}
