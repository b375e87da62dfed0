from voiceos.bench.drawing import main

main()
