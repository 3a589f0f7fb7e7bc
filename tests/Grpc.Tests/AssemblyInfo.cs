using Xunit;

// Some of these tests look at the memory of the process: one class at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
