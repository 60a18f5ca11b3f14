namespace IronCage.Core.Events;

/// <summary>Severity, with the numbers of Python's logging so that hosts need no table.</summary>
public enum EventLevel
{
    Debug = 10,
    Info = 20,
    Warning = 30,
    Error = 40,
}
