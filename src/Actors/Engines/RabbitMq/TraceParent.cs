using System.Diagnostics;

namespace Kindred.Actors.Engines.RabbitMq;

/// <summary>W3C's traceparent of a trace context; null stands for none.</summary>
internal static class TraceParent
{
    public static string? Of(ActivityContext context) =>
        context == default ? null : $"00-{context.TraceId.ToHexString()}-{context.SpanId.ToHexString()}-{(byte)context.TraceFlags:x2}";

    public static ActivityContext Parse(string? parent, string? state) =>
        parent is not null && ActivityContext.TryParse(parent, state, isRemote: true, out var context) ? context : default;
}
