namespace TorchSharp;

/// <summary>Disposes the tensors that were made in it, on its thread, and not moved out. Scopes nest; a scope belongs to one thread and
/// must not span an await.</summary>
public sealed class DisposeScope : IDisposable
{
    [ThreadStatic]
    private static DisposeScope? current;

    // A list through the tensors themselves, so that a scope allocates nothing for them.
    private torch.Tensor? first;
    private DisposeScope? outer;

    internal DisposeScope() => (outer, current) = (current, this);

    internal static DisposeScope? Current => current;

    public int DisposablesCount { get; private set; }

    public bool Contains(torch.Tensor tensor) => tensor.OwningDisposeScope == this;

    public torch.Tensor MoveToOuter(torch.Tensor tensor) => Move(tensor, outer);

    public torch.Tensor Detach(torch.Tensor tensor) => Move(tensor, null);

    public void Attach(torch.Tensor tensor) => Move(tensor, this);

    public void DisposeEverything()
    {
        while (first is { } tensor)
            tensor.Dispose();
    }

    public void Dispose()
    {
        DisposeEverything();
        if (current == this)
            current = outer;
        // Disposed before an inner scope: that one is now around what was outside this one.
        for (var scope = current; scope is not null; scope = scope.outer)
            if (scope.outer == this)
                scope.outer = outer;
    }

    internal static torch.Tensor Move(torch.Tensor tensor, DisposeScope? to)
    {
        tensor.OwningDisposeScope?.Remove(tensor);
        to?.Add(tensor);
        return tensor;
    }

    private void Add(torch.Tensor tensor)
    {
        (tensor.OwningDisposeScope, tensor.Next) = (this, first);
        if (first is not null)
            first.Previous = tensor;
        first = tensor;
        DisposablesCount++;
    }

    private void Remove(torch.Tensor tensor)
    {
        if (tensor.Previous is null)
            first = tensor.Next;
        else
            tensor.Previous.Next = tensor.Next;
        if (tensor.Next is not null)
            tensor.Next.Previous = tensor.Previous;
        (tensor.OwningDisposeScope, tensor.Previous, tensor.Next) = (null, null, null);
        DisposablesCount--;
    }
}

public static partial class torch
{
    public static DisposeScope NewDisposeScope() => new();
    public static DisposeScope? CurrentDisposeScope => DisposeScope.Current;
}
